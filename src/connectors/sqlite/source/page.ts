/** A page of rows as it came from SQLite, and how a cell of it is looked at again as bytes. */
import type { CellFaults } from "./decode/cell-faults.ts";
import type { KeyValue, SqlRow } from "../sql-value.ts";

export interface Page {
  /** the wanted columns in order; the columns of the key may follow */
  readonly rows: readonly SqlRow[];
  /** values that were not read because they are too large */
  readonly faults: CellFaults;
  /** bytes of the text in a cell; asked for while the page is the latest */
  readonly readBytes: (row: number, index: number) => Uint8Array;
  /** what identifies a row; undefined when nothing does */
  readonly keyOf: ((row: number) => Readonly<Record<string, KeyValue>>) | undefined;
}

/** The bytes that a select list of one CAST AS BLOB found. */
export function bytesIn(row: SqlRow | undefined): Uint8Array {
  const value = row?.[0];
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}
