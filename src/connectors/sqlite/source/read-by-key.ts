/**
 * Pages of a range of a key, each one call of `all()`: faster than iterating (measured: 15 %), and bounded in memory by a
 * ladder of page sizes. On each rung rows × largest value × columns stays within the budget: SQLite itself refuses larger
 * values (SQLITE_LIMIT_LENGTH), and the page is then read again a rung lower. On the lowest rung a page is one row and a
 * value may have `maxValueBytes`; what is larger still is read guarded. Small pages climb back. On rungs that may meet
 * large text it is read as bytes.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { allRows } from "../query-rows.ts";
import { limitValueBytes, VALUE_BYTES_BOUND } from "../open-database.ts";
import { failureKindOf, isIntegerOverflow } from "../sqlite-failure.ts";
import { quoteIdentifier } from "../quote-identifier.ts";
import { type KeyValue, type SqlRow, type SqlValue, TextBytes } from "../sql-value.ts";
import { CellFaults } from "./decode/cell-faults.ts";
import {
  guardedList,
  LARGE_TEXT_BYTES,
  largeTextsList,
  plainList,
  selectRows,
  type Selection,
} from "./select-statement.ts";
import { unguard } from "./guarded-rows.ts";
import type { Page } from "./page.ts";
import { type KeyRange, type PageKey, rangeCondition } from "./page-key.ts";

/** Best of 512 to 16,384 for rows of 16 columns (measured); fewer for wide tables. */
const PAGE_ROWS_MAX = 1024;
const PAGE_CELLS_MAX = 65_536;
/** Bytes of values a page may hold in the worst case. */
const PAGE_BYTES_MAX = 16 * 1024 * 1024;
/** SQLite's own records of the schema must still fit. */
const VALUE_BYTES_MIN = 4096;
const RUNG_FACTOR = 4;

export interface KeyReading {
  readonly database: DatabaseSync;
  readonly selection: Selection;
  readonly key: PageKey;
  readonly range: KeyRange;
  readonly maxValueBytes: number;
}

export class KeyPages {
  readonly #reading: KeyReading;
  readonly #rungs: readonly Rung[];
  readonly #statements = new Map<string, StatementSync>();
  #after: readonly KeyValue[] | null;
  #bigIntegers = false;
  #rung: number;
  #ended = false;

  constructor(reading: KeyReading) {
    this.#reading = reading;
    this.#rungs = makeRungs(Math.max(1, reading.selection.columns.length), reading.maxValueBytes);
    // The first page is small: it tells how large rows are.
    this.#rung = Math.min(2, this.#rungs.length - 1);
    this.#after = reading.range.after;
  }

  /** undefined when the range is read. `bigIntegers`: integers must be told from integral REALs. */
  next(bigIntegers: boolean): Page | undefined {
    this.#bigIntegers ||= bigIntegers;
    while (!this.#ended) {
      const rung = this.#rungs[this.#rung];
      if (rung === undefined) return this.#nextGuarded();
      try {
        return this.#nextOf(rung);
      } catch (error) {
        if (isIntegerOverflow(error) && !this.#bigIntegers) this.#bigIntegers = true;
        else if (failureKindOf(error) === "tooBig") this.#rung += 1;
        else throw error;
      }
    }
    return undefined;
  }

  /** Tells what the last page weighed, so that the next may be larger. */
  climb(pageRows: number, pageBytes: number): void {
    const above = this.#rungs[this.#rung - 1];
    if (above !== undefined && pageBytes * (above.rows / Math.max(1, pageRows)) < PAGE_BYTES_MAX / 2)
      this.#rung -= 1;
  }

  /** Its statements end by themselves. */
  close(): void {
    this.#statements.clear();
  }

  #nextOf(rung: Rung): Page | undefined {
    const { selection } = this.#reading;
    if (rung.valueBytes <= LARGE_TEXT_BYTES)
      return this.#take(this.#read(plainList(selection), rung), rung.rows, new CellFaults());
    const rows = this.#read(largeTextsList(selection), rung);
    return this.#take(this.#markTexts(rows), rung.rows, new CellFaults());
  }

  /** Tells large texts, which were read as bytes, from BLOBs. */
  #markTexts(rows: readonly SqlRow[]): readonly SqlRow[] {
    const { columns, textColumns } = this.#reading.selection;
    const isText = (row: number, name: string): boolean =>
      this.#lookAt(this.#after, row, `typeof(${quoteIdentifier(name)})`) === "text";
    const mark = (value: SqlValue, row: number, name: string): SqlValue => {
      if (!(value instanceof Uint8Array) || value.length <= LARGE_TEXT_BYTES) return value;
      return textColumns.includes(name) && isText(row, name) ? new TextBytes(value) : value;
    };
    return rows.map((row, at) => row.map((value, index) => mark(value, at, columns[index] ?? "")));
  }

  #nextGuarded(): Page | undefined {
    const { selection, maxValueBytes } = this.#reading;
    const faults = new CellFaults();
    const list = guardedList(selection, maxValueBytes);
    const rows = this.#markTexts(this.#read(list, { rows: 1, valueBytes: VALUE_BYTES_BOUND }));
    const page = this.#take(
      unguard(rows, { columns: selection.columns, maxBytes: maxValueBytes, firstRow: 0, faults }),
      1,
      faults,
    );
    this.#rung = this.#rungs.length - 1;
    return page;
  }

  #read(list: string, rung: Rung): readonly SqlRow[] {
    const { database } = this.#reading;
    const { statement, values } = this.#prepare(list, `LIMIT ${rung.rows}`);
    limitValueBytes(database, rung.valueBytes);
    try {
      return allRows(statement, values);
    } finally {
      limitValueBytes(database, VALUE_BYTES_BOUND);
    }
  }

  #take(rows: readonly SqlRow[], wanted: number, faults: Page["faults"]): Page | undefined {
    if (rows.length < wanted) this.#ended = true;
    const last = rows.at(-1);
    if (last === undefined) return undefined;
    const after = this.#after;
    const readBytes = (row: number, index: number): Uint8Array => this.#readBytes(after, row, index);
    const keyOf = (row: number): Readonly<Record<string, KeyValue>> =>
      this.#keyOf(rows[row] ?? [], row, readBytes);
    if (!this.#ended) this.#after = Object.values(keyOf(rows.length - 1));
    return { rows, faults, readBytes, keyOf };
  }

  #keyOf(row: SqlRow, at: number, readBytes: Page["readBytes"]): Readonly<Record<string, KeyValue>> {
    const { selection, key } = this.#reading;
    const entries = key.columns.map((name, place): readonly [string, KeyValue] => {
      const index = selection.columns.length + place;
      const value = row[index] ?? null;
      // Text with U+FFFD may stand for bytes that no string holds, and would find other rows.
      const unsure = typeof value === "string" && value.includes("\uFFFD");
      return [name, unsure ? new TextBytes(readBytes(at, index)) : value];
    });
    return Object.fromEntries(entries);
  }

  #readBytes(after: readonly KeyValue[] | null, row: number, index: number): Uint8Array {
    const { selection } = this.#reading;
    const name = [...selection.columns, ...selection.key][index] ?? "";
    const value = this.#lookAt(after, row, `CAST(${quoteIdentifier(name)} AS BLOB)`);
    return value instanceof Uint8Array ? value : new Uint8Array(0);
  }

  /** What an expression says of one row of a page that begins behind `after`. */
  #lookAt(after: readonly KeyValue[] | null, row: number, expression: string): SqlValue {
    const { statement, values } = this.#prepare(expression, `LIMIT 1 OFFSET ${row}`, after);
    return allRows(statement, values)[0]?.[0] ?? null;
  }

  #prepare(
    list: string,
    tail: string,
    after: readonly KeyValue[] | null = this.#after,
  ): { readonly statement: StatementSync; readonly values: readonly SQLInputValue[] } {
    const { database, selection, key, range } = this.#reading;
    const condition = rangeCondition(key, { after, upTo: range.upTo });
    const filter = { ...condition, order: key.columns };
    const sql = selectRows(selection, list, filter, tail);
    const statement = this.#statements.get(sql) ?? database.prepare(sql);
    if (!tail.includes("OFFSET")) this.#statements.set(sql, statement);
    statement.setReturnArrays(true);
    statement.setReadBigInts(this.#bigIntegers);
    return { statement, values: condition.values };
  }
}

interface Rung {
  readonly rows: number;
  readonly valueBytes: number;
}

/** The last rung is one row with values of up to `maxValueBytes`. */
function makeRungs(columnCount: number, maxValueBytes: number): readonly Rung[] {
  const rungs: Rung[] = [];
  let rows = Math.max(1, Math.min(PAGE_ROWS_MAX, Math.floor(PAGE_CELLS_MAX / columnCount)));
  while (rows > 1) {
    const share = Math.floor(PAGE_BYTES_MAX / (rows * columnCount));
    rungs.push({ rows, valueBytes: Math.max(VALUE_BYTES_MIN, Math.min(share, maxValueBytes)) });
    rows = Math.max(1, Math.floor(rows / RUNG_FACTOR));
  }
  rungs.push({ rows: 1, valueBytes: Math.max(VALUE_BYTES_MIN, maxValueBytes) });
  return rungs;
}
