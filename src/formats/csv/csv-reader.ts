/**
 * Reads the records of a CSV file as text columns, in batches over one sliding window. Every record becomes a row or a
 * failure: `ragged` (another number of cells than columns), `syntax` (broken quotes), `encoding` (not UTF-8), `too_large`.
 * An unquoted empty cell, and an unquoted cell equal to `nullText`, is NULL; `""` is the empty string. Blank lines are
 * skipped, except in files of one column, where they are rows of NULL. Format: docs/formats/csv.md.
 */
import { isUtf8 } from "node:buffer";
import { VarlenBuilder } from "../../columns/build/varlen-builder.ts";
import type { ByteWindow } from "../byte-window.ts";
import {
  BATCH_ROWS_MAX,
  keepRecords,
  RAW_BYTES_MAX,
  type RecordBatch,
  type RecordFailure,
  type RecordPlace,
} from "../record-batch.ts";
import { type CsvProblem, CsvScanner, INCOMPLETE } from "./csv-scanner.ts";
import { skipRecord } from "./skip-record.ts";

export interface CsvReaderOptions {
  /** for error messages */
  readonly file: string;
  /** one ASCII character */
  readonly delimiter: string;
  readonly nullText: string | null;
  readonly maxValueBytes: number;
  /** columns of the file, in its order */
  readonly names: readonly string[];
  /** indexes into `names` of the columns to read, in the order wanted */
  readonly wanted: readonly number[];
  /** 1-based number of the line the window stands at */
  readonly line: number;
}

const QUOTE = 0x22;
const PROBLEMS: Readonly<Record<Exclude<CsvProblem, "none">, string>> = {
  unterminated: "a quote is opened and never closed",
  quoteInside: "a quote inside a cell that does not begin with one",
  textAfterQuote: "text after a closing quote",
};

export class CsvReader {
  readonly #window: ByteWindow;
  readonly #options: CsvReaderOptions;
  readonly #scanner: CsvScanner;
  readonly #builders: readonly VarlenBuilder[];
  readonly #nullText: Uint8Array | null;
  readonly #delimiter: number;
  #line: number;
  #row = 0;
  // The batch under construction; positions are within the window, which does not move while a batch lives.
  #recordStarts = new Int32Array(BATCH_ROWS_MAX);
  #recordEnds = new Int32Array(BATCH_ROWS_MAX);
  #recordLines = new Int32Array(BATCH_ROWS_MAX);
  #rowNumbers = new Int32Array(BATCH_ROWS_MAX);
  #rowCount = 0;
  #failures: RecordFailure[] = [];

  /** The window stands at the first record: behind a byte order mark and the header. */
  constructor(window: ByteWindow, options: CsvReaderOptions) {
    this.#window = window;
    this.#options = options;
    this.#delimiter = options.delimiter.charCodeAt(0);
    this.#scanner = new CsvScanner(this.#delimiter);
    this.#builders = options.wanted.map(() => new VarlenBuilder({ kind: "text" }, BATCH_ROWS_MAX));
    this.#nullText = options.nullText === null ? null : new TextEncoder().encode(options.nullText);
    this.#line = options.line;
  }

  /** The next batch, or null at the end of the file. */
  next(): RecordBatch | null {
    this.#begin();
    const firstRow = this.#row;
    const window = this.#window;
    const from = window.offsetOf(window.start);
    let regionStart = window.start;
    while (this.#rowCount < BATCH_ROWS_MAX && this.#failures.length < BATCH_ROWS_MAX) {
      if (window.start === window.end && window.ended) break;
      const after = this.#scanner.scan(window.buffer, window.start, window.end, window.ended);
      if (after !== INCOMPLETE) this.#take(after);
      else if (this.#rowCount > 0 || this.#failures.length > 0) break;
      else {
        if (window.full) this.#skip();
        else window.more();
        regionStart = window.start;
      }
    }
    const bytesRead = window.offsetOf(window.start) - from;
    if (this.#rowCount === 0 && this.#failures.length === 0) return null;
    return this.#build(firstRow, bytesRead, regionStart);
  }

  #begin(): void {
    for (const builder of this.#builders) builder.reset();
    this.#rowCount = 0;
    this.#failures = [];
  }

  /** Takes the scanned record, which ends at `after`. */
  #take(after: number): void {
    const window = this.#window;
    const scanner = this.#scanner;
    const start = window.start;
    const line = this.#line;
    window.start = after;
    this.#line += scanner.lineCount;
    const columnCount = this.#options.names.length;
    if (scanner.isBlank && columnCount > 1) return;
    const row = this.#row;
    this.#row += 1;
    if (scanner.problem !== "none" || scanner.cellCount !== columnCount || this.#tooLargeCell() >= 0) {
      this.#refuse(row, start, after, line);
      return;
    }
    this.#recordStarts[this.#rowCount] = start;
    this.#recordEnds[this.#rowCount] = after;
    this.#recordLines[this.#rowCount] = line;
    this.#rowNumbers[this.#rowCount] = row;
    this.#rowCount += 1;
    for (let index = 0; index < this.#builders.length; index += 1) this.#appendCell(index);
  }

  #appendCell(index: number): void {
    const builder = this.#builders[index];
    if (builder === undefined) return;
    const cell = this.#options.wanted[index] ?? 0;
    const scanner = this.#scanner;
    const start = scanner.starts[cell] ?? 0;
    const end = scanner.ends[cell] ?? 0;
    const quoting = scanner.quoting[cell] ?? 0;
    const { buffer } = this.#window;
    if (quoting === 0) {
      if (start === end || (this.#nullText !== null && equalBytes(buffer, start, end, this.#nullText)))
        builder.appendNull();
      else builder.appendBytes(buffer, start, end);
    } else if (quoting === 1) builder.appendBytes(buffer, start, end);
    else appendUnescaped(builder, buffer, start, end);
  }

  #tooLargeCell(): number {
    const { starts, ends, cellCount } = this.#scanner;
    const max = this.#options.maxValueBytes;
    const first = starts[0] ?? 0;
    if ((ends[cellCount - 1] ?? 0) - first <= max) return -1;
    for (let cell = 0; cell < cellCount; cell += 1)
      if ((ends[cell] ?? 0) - (starts[cell] ?? 0) > max) return cell;
    return -1;
  }

  #refuse(row: number, start: number, after: number, line: number): void {
    const { names, maxValueBytes } = this.#options;
    const { problem, cellCount } = this.#scanner;
    const place = this.#placeOf(start, after, line);
    const raw = this.#rawOf(start, after);
    if (problem !== "none") {
      this.#fail({ row, column: null, rule: "syntax", message: PROBLEMS[problem], raw, place });
    } else if (cellCount !== names.length) {
      const message = `${cellCount} cells where the file has ${names.length} columns`;
      this.#fail({ row, column: null, rule: "ragged", message, raw, place });
    } else {
      const cell = this.#tooLargeCell();
      const bytes = (this.#scanner.ends[cell] ?? 0) - (this.#scanner.starts[cell] ?? 0);
      const message = `a value of ${bytes} bytes is larger than maxValueBytes (${maxValueBytes})`;
      this.#fail({ row, column: names[cell] ?? null, rule: "too_large", message, raw, place });
    }
  }

  /** Passes over a record that does not fit the window. */
  #skip(): void {
    const window = this.#window;
    const { names, maxValueBytes, file } = this.#options;
    const raw = this.#rawOf(window.start, window.end);
    const offset = window.offsetOf(window.start);
    const line = this.#line;
    const skipped = skipRecord(window, this.#delimiter, file, line);
    const message =
      skipped.cellBytes > maxValueBytes
        ? `a value of ${skipped.cellBytes} bytes is larger than maxValueBytes (${maxValueBytes})`
        : `a record of ${skipped.length} bytes is larger than a reader holds; raise maxValueBytes (${maxValueBytes})`;
    const column = skipped.cellBytes > maxValueBytes ? (names[skipped.cell] ?? null) : null;
    const place = { offset, length: skipped.length, line };
    this.#fail({ row: this.#row, column, rule: "too_large", message, raw, place });
    this.#row += 1;
    this.#line += skipped.lineCount;
  }

  #fail(failure: RecordFailure): void {
    this.#failures.push(failure);
  }

  #build(firstRow: number, bytesRead: number, regionStart: number): RecordBatch {
    return keepRecords({
      columns: this.#builders.map((builder) => builder.build()),
      kept: this.#keepUtf8(regionStart),
      rowCount: this.#rowCount,
      firstRow,
      rowNumbers: this.#rowNumbers,
      failures: this.#failures,
      bytesRead,
      locate: (index) => this.#locate(index),
    });
  }

  #locate(index: number): { raw: Uint8Array; place: RecordPlace } {
    const start = this.#recordStarts[index] ?? 0;
    const end = this.#recordEnds[index] ?? 0;
    const place = this.#placeOf(start, end, this.#recordLines[index] ?? 0);
    return { raw: this.#rawOf(start, end), place };
  }

  /**
   * Rows whose bytes are UTF-8; null: all. Delimiters, quotes and line ends are ASCII, so cells of valid text are valid:
   * one check covers the batch, and only a failing one is looked at row by row.
   */
  #keepUtf8(regionStart: number): Int32Array | null {
    const { buffer, start } = this.#window;
    if (this.#rowCount === 0 || isUtf8(buffer.subarray(regionStart, start))) return null;
    const kept: number[] = [];
    for (let index = 0; index < this.#rowCount; index += 1) {
      if (isUtf8(buffer.subarray(this.#recordStarts[index], this.#recordEnds[index]))) kept.push(index);
      else this.#refuseEncoding(index);
    }
    this.#failures.sort((a, b) => a.row - b.row);
    return Int32Array.from(kept);
  }

  #refuseEncoding(index: number): void {
    const { buffer } = this.#window;
    const { raw, place } = this.#locate(index);
    const scanner = this.#scanner;
    scanner.scan(buffer, this.#recordStarts[index] ?? 0, this.#recordEnds[index] ?? 0, true);
    const cell = scanner.starts
      .subarray(0, scanner.cellCount)
      .findIndex((start, at) => !isUtf8(buffer.subarray(start, scanner.ends[at])));
    const row = this.#rowNumbers[index] ?? 0;
    const column = this.#options.names[cell] ?? null;
    this.#fail({ row, column, rule: "encoding", message: "not UTF-8", raw, place });
  }

  #rawOf(start: number, end: number): Uint8Array {
    return new Uint8Array(this.#window.buffer.subarray(start, Math.min(end, start + RAW_BYTES_MAX)));
  }

  #placeOf(start: number, end: number, line: number): RecordPlace {
    return { offset: this.#window.offsetOf(start), length: end - start, line };
  }
}

function equalBytes(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start !== text.length) return false;
  for (let index = 0; index < text.length; index += 1) if (bytes[start + index] !== text[index]) return false;
  return true;
}

function appendUnescaped(builder: VarlenBuilder, bytes: Uint8Array, start: number, end: number): void {
  let from = start;
  for (let at = start; at < end; at += 1) {
    if (bytes[at] !== QUOTE) continue;
    builder.appendPiece(bytes, from, at + 1);
    at += 1;
    from = at + 1;
  }
  builder.appendPiece(bytes, from, end);
  builder.endValue();
}
