/**
 * Columns as a file has them, made the columns that were asked for: casts, and NULL refused where it is not allowed. A row
 * with several faults is refused once, for its first faulty column in order.
 */
import { type CastKernel, compileCast } from "../../../columns/cast/compile-cast.ts";
import {
  type Column,
  type ColumnBatch,
  columnBatch,
  type Field,
  isValid,
} from "../../../columns/column-batch.ts";
import type { LogicalType } from "../../../columns/logical-type.ts";
import { selectRows } from "../../../columns/select-rows.ts";

export interface CellFault {
  readonly column: string | null;
  readonly rule: string;
  readonly message: string;
}

export interface ShapedRows {
  readonly batch: ColumnBatch;
  /** by row of the columns that came in */
  readonly faults: ReadonlyMap<number, CellFault>;
}

export class RowShaper {
  readonly #fields: readonly Field[];
  readonly #casts: readonly CastKernel[];

  constructor(fields: readonly Field[], stored: readonly LogicalType[]) {
    this.#fields = fields;
    this.#casts = fields.map((field, index) => compileCast(stored[index] ?? field.type, field.type));
  }

  /** `known`: rows already found faulty; theirs are the faults that count. */
  shape(columns: readonly Column[], rowCount: number, known: ReadonlyMap<number, CellFault>): ShapedRows {
    const faults = new Map(known);
    const shaped = columns.map((column, index) => this.#shapeColumn(column, index, faults));
    const batch = columnBatch(this.#fields, shaped);
    return faults.size === 0
      ? { batch, faults }
      : { batch: selectRows(batch, sound(rowCount, faults)), faults };
  }

  #shapeColumn(column: Column, index: number, faults: Map<number, CellFault>): Column {
    const field = this.#fields[index];
    const cast = this.#casts[index];
    if (field === undefined || cast === undefined) return column;
    if (!field.nullable && column.nullCount > 0) refuseNulls(column, field.name, faults);
    const result = cast(column);
    for (const { row, rule, message } of result.failures)
      if (!faults.has(row)) faults.set(row, { column: field.name, rule, message });
    return result.column;
  }
}

function refuseNulls(column: Column, name: string, faults: Map<number, CellFault>): void {
  for (let row = 0; row < column.rowCount; row += 1)
    if (!isValid(column, row) && !faults.has(row))
      faults.set(row, { column: name, rule: "null", message: "NULL where the column takes none" });
}

function sound(rowCount: number, faults: ReadonlyMap<number, CellFault>): Int32Array {
  const keep = new Int32Array(rowCount - faults.size);
  let kept = 0;
  for (let row = 0; row < rowCount; row += 1) if (!faults.has(row)) keep[kept++] = row;
  return keep;
}
