/**
 * What a cast is made of: a kernel takes a whole column and gives the cast column with the rows it refused. A refused
 * row is null in the output; the caller removes it. The output's buffers are the kernel's own and live until its next
 * call. Messages never hold the value itself: they may reach the journal, values may be personal data.
 */
import type { ColumnBuilder } from "../build/column-builder.ts";
import { type Column, isValid } from "../column-batch.ts";

/** `type` not of the kind at all, `range` outside what the type holds, `precision` digits would be lost. */
export type CastRule = "type" | "range" | "precision" | "encoding" | "null";

export interface Refusal {
  readonly rule: CastRule;
  readonly message: string;
}

export interface CastFailure extends Refusal {
  readonly row: number;
}

export interface CastResult {
  readonly column: Column;
  readonly failures: readonly CastFailure[];
}

export type CastKernel = (column: Column) => CastResult;

/** Appends the value in `bytes[start, end)` to the builder it was made for, or says why not and appends nothing. */
export type TextParser = (bytes: Uint8Array, start: number, end: number) => Refusal | null;

/** Appends the value at `row`, which is not null, or says why not and appends nothing. */
export type RowCast = (column: Column, row: number) => Refusal | null;

export function textKernel(builder: ColumnBuilder, parse: TextParser): CastKernel {
  return rowKernel(builder, (column, row) =>
    column.layout === "varlen"
      ? parse(column.bytes, column.offsets[row] ?? 0, column.offsets[row + 1] ?? 0)
      : null,
  );
}

export function rowKernel(builder: ColumnBuilder, cast: RowCast): CastKernel {
  return (column) => {
    builder.reset();
    const failures: CastFailure[] = [];
    const mayHaveNulls = column.validity !== null;
    for (let row = 0; row < column.rowCount; row += 1) {
      if (mayHaveNulls && !isValid(column, row)) {
        builder.appendNull();
        continue;
      }
      const refusal = cast(column, row);
      if (refusal === null) continue;
      builder.appendNull();
      failures.push({ row, rule: refusal.rule, message: refusal.message });
    }
    return { column: builder.build(), failures };
  };
}
