/**
 * Our side of `parquet-encode`, without the other writers: also run in a child process whose memory is measured.
 * 131,072 rows are generated and cycled eight times.
 */
import type { ColumnBatch } from "../src/columns/column-batch.ts";
import { ParquetWriter } from "../src/formats/parquet/encode/file-writer.ts";
import { lineitemBatches, lineitemFields } from "./lineitem.ts";

export const DISTINCT_ROWS = 131_072;
export const CYCLES = 8;
export const ROWS: number = DISTINCT_ROWS * CYCLES;
export const BATCH_ROWS = 8192;
const SEED = 2026;

export function sourceBatches(batchRows: number): ColumnBatch[] {
  return lineitemBatches({ rowCount: DISTINCT_ROWS, batchRows, seed: SEED });
}

/** Writes all rows and the footer. */
export function encodeRows(writer: ParquetWriter, batches: readonly ColumnBatch[]): void {
  for (let cycle = 0; cycle < CYCLES; cycle += 1) for (const batch of batches) writer.write(batch);
  writer.finish();
}

export function encodeOnce(): void {
  const writer = new ParquetWriter({ fields: lineitemFields, compression: "zstd" }, () => undefined);
  encodeRows(writer, sourceBatches(BATCH_ROWS));
}
