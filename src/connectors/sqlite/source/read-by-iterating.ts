/**
 * Pages of what has no key to walk by (queries, views, windows of a range column): one statement, iterated. A value beyond
 * SQLite's bound ends the statement; it is then run again guarded, behind the rows already read: within one read
 * transaction the order is the same.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { allRows, prepareExact } from "../query-rows.ts";
import { limitValueBytes, VALUE_BYTES_BOUND } from "../open-database.ts";
import { failureKindOf } from "../sqlite-failure.ts";
import type { SqlRow, SqlValue } from "../sql-value.ts";
import { quoteIdentifier } from "../quote-identifier.ts";
import { CellFaults } from "./decode/cell-faults.ts";
import { unguard } from "./guarded-rows.ts";
import { bytesIn, type Page } from "./page.ts";
import { guardedList, plainList, type RowFilter, selectRows, type Selection } from "./select-statement.ts";

const PAGE_ROWS_MAX = 1024;
const PAGE_BYTES_MAX = 4 * 1024 * 1024;

export interface IteratedReading {
  readonly database: DatabaseSync;
  readonly selection: Selection;
  readonly filter: RowFilter;
  readonly maxValueBytes: number;
}

export class IteratedPages {
  readonly #reading: IteratedReading;
  #rows: Iterator<unknown> | undefined;
  #guarded = false;
  #delivered = 0;

  constructor(reading: IteratedReading) {
    this.#reading = reading;
  }

  /** undefined when all is read. */
  next(): Page | undefined {
    const firstRow = this.#delivered;
    const rows: SqlRow[] = [];
    const faults = new CellFaults();
    let bytes = 0;
    while (rows.length < PAGE_ROWS_MAX && bytes < PAGE_BYTES_MAX) {
      const row = this.#nextRow(rows.length, faults);
      if (row === undefined) break;
      rows.push(row);
      bytes += bytesOf(row);
      this.#delivered += 1;
    }
    if (rows.length === 0) return undefined;
    return {
      rows,
      faults,
      readBytes: (row, index) => this.#readBytes(firstRow + row, index),
      keyOf: undefined,
    };
  }

  /** Row by row the size of a page is known, so there is nothing to adapt. */
  climb(): void {
    return;
  }

  /** Ends the statement: an open one would keep the transaction alive. */
  close(): void {
    this.#rows?.return?.();
    this.#rows = undefined;
  }

  #nextRow(place: number, faults: Page["faults"]): SqlRow | undefined {
    const { database, maxValueBytes, selection } = this.#reading;
    limitValueBytes(database, this.#guarded ? VALUE_BYTES_BOUND : Math.max(4096, maxValueBytes));
    try {
      this.#rows ??= this.#start();
      const step = this.#rows.next();
      if (step.done === true) return undefined;
      const row = step.value as SqlRow;
      if (!this.#guarded) return row;
      return unguard([row], {
        columns: selection.columns,
        maxBytes: maxValueBytes,
        firstRow: place,
        faults,
      })[0];
    } catch (error) {
      if (this.#guarded || failureKindOf(error) !== "tooBig") throw error;
      this.#guarded = true;
      this.#rows = undefined;
      return this.#nextRow(place, faults);
    } finally {
      limitValueBytes(database, VALUE_BYTES_BOUND);
    }
  }

  #start(): Iterator<unknown> {
    const { selection, maxValueBytes } = this.#reading;
    const list = this.#guarded ? guardedList(selection, maxValueBytes) : plainList(selection);
    const tail = this.#delivered === 0 ? "" : `LIMIT -1 OFFSET ${this.#delivered}`;
    return this.#prepare(list, tail).iterate(...this.#reading.filter.values);
  }

  #readBytes(place: number, index: number): Uint8Array {
    const { selection, filter } = this.#reading;
    const list = `CAST(${quoteIdentifier(selection.columns[index] ?? "")} AS BLOB)`;
    return bytesIn(allRows(this.#prepare(list, `LIMIT 1 OFFSET ${place}`), filter.values)[0]);
  }

  #prepare(list: string, tail: string): StatementSync {
    const { database, selection, filter } = this.#reading;
    // A page that held an integer beyond 2^53 could not be read again: always big.
    return prepareExact(database, selectRows(selection, list, filter, tail));
  }
}

function bytesOf(row: SqlRow): number {
  let bytes = 0;
  for (const value of row) bytes += sizeOf(value);
  return bytes;
}

function sizeOf(value: SqlValue): number {
  return typeof value === "string" || value instanceof Uint8Array ? value.length : 8;
}
