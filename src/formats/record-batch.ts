/**
 * What the readers of record files (CSV, NDJSON) give: the records that decoded, as columns, and those that did not.
 * Rows are numbered from 0 in reading order, failed ones included; blank lines are no rows. Valid until the next batch.
 */
import type { Column } from "../columns/column-batch.ts";
import { selectColumnRows } from "../columns/select-rows.ts";

/** Where a record lies in its file. */
export interface RecordPlace {
  readonly offset: number;
  readonly length: number;
  /** 1-based number of its first line */
  readonly line: number;
}

export interface RecordFailure {
  readonly row: number;
  /** null when the whole record is at fault */
  readonly column: string | null;
  readonly rule: string;
  readonly message: string;
  /** the record's bytes, at most `RAW_BYTES_MAX` */
  readonly raw: Uint8Array;
  readonly place: RecordPlace;
}

export interface RecordBatch {
  readonly columns: readonly Column[];
  readonly rowCount: number;
  /** number of the first record that this batch accounts for, decoded or not */
  readonly firstRow: number;
  /** number of each decoded record */
  readonly rowNumbers: Int32Array;
  readonly failures: readonly RecordFailure[];
  readonly bytesRead: number;
  /** bytes and place of decoded record `index` (0-based within the batch) */
  locate(index: number): { readonly raw: Uint8Array; readonly place: RecordPlace };
}

/** Everything of a batch before the records that turned out not to be UTF-8 are taken out: `kept` names the others. */
export interface DecodedRecords extends Omit<RecordBatch, "rowNumbers"> {
  /** may be longer than `rowCount` */
  readonly rowNumbers: Int32Array;
  /** 0-based within the decoded records; null: all */
  readonly kept: Int32Array | null;
}

export function keepRecords({ kept, ...decoded }: DecodedRecords): RecordBatch {
  const { columns, rowCount, rowNumbers, locate } = decoded;
  if (kept === null) return { ...decoded, rowNumbers: rowNumbers.subarray(0, rowCount) };
  return {
    ...decoded,
    columns: columns.map((column) => selectColumnRows(column, kept)),
    rowCount: kept.length,
    rowNumbers: kept.map((index) => rowNumbers[index] ?? 0),
    locate: (index) => locate(kept[index] ?? 0),
  };
}

/** A failed record is shown up to here; its place leads to the rest. */
export const RAW_BYTES_MAX = 65_536;

/** Rows of one batch at most. */
export const BATCH_ROWS_MAX = 16_384;
