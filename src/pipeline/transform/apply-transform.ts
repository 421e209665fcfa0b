/**
 * Runs a compiled transform over one batch. Rows that fail a cast leave the batch and come back as failures with the
 * whole source row as JSON, exact to the digit; the other rows stay in order.
 */
import { type Column, type ColumnBatch, columnBatch } from "../../columns/column-batch.ts";
import { renderRow } from "../../columns/render-row.ts";
import { selectRows } from "../../columns/select-rows.ts";
import type { RowFailure } from "../../connectors/source-port.ts";
import { assert } from "../../core/errors.ts";
import type { CompiledTransform, OutputColumn } from "./compile-transform.ts";

export interface TransformedBatch {
  readonly batch: ColumnBatch;
  /** `row` is the place within the batch that came in */
  readonly failures: readonly RowFailure[];
  /** places, within the batch that came in, of the rows that are left; null: all of them */
  readonly kept: Int32Array | null;
}

interface CellFailure {
  readonly row: number;
  readonly column: string;
  readonly rule: string;
  readonly message: string;
}

export function applyTransform(transform: CompiledTransform, input: ColumnBatch): TransformedBatch {
  const cells: CellFailure[] = [];
  const columns = transform.columns.map((output) => projectColumn(output, input, cells));
  const batch = columnBatch(transform.outputFields, columns);
  if (cells.length === 0) return { batch, failures: [], kept: null };
  return dropFailedRows(batch, input, cells);
}

function projectColumn(output: OutputColumn, input: ColumnBatch, cells: CellFailure[]): Column {
  const source = input.columns[output.sourceIndex];
  assert(source !== undefined, "a batch has the columns the transform was compiled for");
  let column = source;
  for (const cast of output.casts) {
    const result = cast(column);
    column = result.column;
    for (const failure of result.failures) cells.push({ ...failure, column: output.field.name });
  }
  return column;
}

function dropFailedRows(
  batch: ColumnBatch,
  input: ColumnBatch,
  cells: readonly CellFailure[],
): TransformedBatch {
  const firstByRow = new Map<number, CellFailure>();
  for (const cell of cells) if (!firstByRow.has(cell.row)) firstByRow.set(cell.row, cell);
  const keep = new Int32Array(batch.rowCount - firstByRow.size);
  let kept = 0;
  for (let row = 0; row < batch.rowCount; row += 1) {
    if (!firstByRow.has(row)) keep[kept++] = row;
  }
  const failures = [...firstByRow.values()]
    .toSorted((a, b) => a.row - b.row)
    .map((cell): RowFailure => ({ ...cell, raw: renderRow(input, cell.row), place: {} }));
  return { batch: selectRows(batch, keep), failures, kept: keep };
}
