/** One row group of a Parquet file as batches, shaped to the fields asked for. */
import { columnBatch, type Field } from "../../../columns/column-batch.ts";
import { renderRow } from "../../../columns/render-row.ts";
import { assert } from "../../../core/errors.ts";
import type { ParquetColumn } from "../../../formats/parquet/decode/parquet-column.ts";
import type { ParquetFooter } from "../../../formats/parquet/decode/read-footer.ts";
import { type ParquetBatch, RowGroupReader } from "../../../formats/parquet/decode/row-group-reader.ts";
import type { RowFailure, SourceBatch } from "../../source-port.ts";
import { declaredType, storedType } from "./inspect-file.ts";
import { type ChunkRead, indexesOf } from "./read-records.ts";
import { type CellFault, RowShaper } from "./shape-rows.ts";

export function* readRowGroup(chunk: ChunkRead, footer: ParquetFooter): Generator<SourceBatch> {
  const { file, bounds, request } = chunk;
  if (bounds.rowGroup === null) return;
  const columns = wantedColumns(chunk, footer);
  const stored = columns.map((column) => column.field);
  const shaper = new RowShaper(
    request.fields,
    stored.map((field) => field.type),
  );
  const { maxValueBytes } = request;
  const reader = new RowGroupReader({
    read: file.read,
    file: file.path,
    footer,
    rowGroup: bounds.rowGroup,
    columns,
    maxValueBytes,
  });
  let bytesBefore = file.bytesRead;
  for (let batch = reader.next(); batch !== null; batch = reader.next()) {
    const bytesRead = file.bytesRead - bytesBefore;
    bytesBefore = file.bytesRead;
    yield { ...shapeBatch({ batch, stored, shaper, chunk }), bytesRead };
  }
}

function wantedColumns(
  { definition, file, request }: ChunkRead,
  footer: ParquetFooter,
): readonly ParquetColumn[] {
  const names = footer.columns.map(({ field }) => field.name);
  return indexesOf(request.fields, names, file.path).map((index) => {
    const column = footer.columns[index];
    assert(column !== undefined, "an index found among the columns is one");
    const type = storedType(column, declaredType(definition, column.field.name));
    return { ...column, field: { ...column.field, type } };
  });
}

interface BatchToShape {
  readonly batch: ParquetBatch;
  /** fields as the file has them */
  readonly stored: readonly Field[];
  readonly shaper: RowShaper;
  readonly chunk: ChunkRead;
}

function shapeBatch({ batch, stored, shaper, chunk }: BatchToShape): Omit<SourceBatch, "bytesRead"> {
  const known = new Map<number, CellFault>();
  for (const { row, column, rule, message } of batch.failures)
    if (!known.has(row)) known.set(row, { column, rule, message });
  const shaped = shaper.shape(batch.columns, batch.rowCount, known);
  const source = columnBatch(stored, batch.columns);
  const { file, rowGroup } = chunk.bounds;
  const failures = [...shaped.faults]
    .toSorted(([left], [right]) => left - right)
    .map(([row, fault]): RowFailure => {
      const place = { file, rowGroup, row: batch.firstRow + row };
      return { row: batch.firstRow + row, ...fault, raw: renderRow(source, row), place };
    });
  return { batch: shaped.batch, firstRow: batch.firstRow, failures };
}
