/**
 * Reads the lines of an NDJSON file as columns, in batches over one sliding window. Every line that is not blank becomes
 * a row or a failure: `syntax` (not one JSON object, a member twice), `unexpected_field`, `type` (a nested value where
 * none fits), `precision`, `encoding` (not UTF-8), `too_large`. A missing member and `null` are NULL. Numbers are never
 * made doubles here: their digits go to a text column that a cast reads exactly. Format: docs/formats/ndjson.md.
 */
import { isUtf8 } from "node:buffer";
import { VarlenBuilder } from "../../columns/build/varlen-builder.ts";
import { isExactNumber } from "../../core/exact-number.ts";
import type { ByteWindow } from "../byte-window.ts";
import {
  BATCH_ROWS_MAX,
  keepRecords,
  RAW_BYTES_MAX,
  type RecordBatch,
  type RecordFailure,
  type RecordPlace,
} from "../record-batch.ts";
import { appendBase64, appendEscaped, isBase64 } from "./append-member.ts";
import { LineScanner } from "./line-scanner.ts";

export interface NdjsonMember {
  readonly name: string;
  /** `text`: strings unescaped, other scalars as written; `json`: any value as written; `bytes`: base64 strings */
  readonly as: "text" | "json" | "bytes";
  /** refuses numbers that a double does not hold: for columns that were inferred to be float64 */
  readonly exactFloat: boolean;
}

export interface NdjsonReaderOptions {
  /** for error messages */
  readonly file: string;
  readonly maxValueBytes: number;
  /** every member a line may have */
  readonly members: readonly NdjsonMember[];
  /** indexes into `members` of the columns to read, in the order wanted */
  readonly wanted: readonly number[];
}

interface Refusal {
  readonly rule: string;
  readonly column: string | null;
  readonly message: string;
}

const LF = 0x0a;
/** More digits than a double may fail to hold. */
const SURE_DIGITS = 15;

export class NdjsonReader {
  readonly #window: ByteWindow;
  readonly #options: NdjsonReaderOptions;
  readonly #scanner: LineScanner;
  readonly #builders: readonly VarlenBuilder[];
  #line = 1;
  #row = 0;
  // The batch under construction; positions are within the window, which does not move while a batch lives.
  #lineStarts = new Int32Array(BATCH_ROWS_MAX);
  #lineEnds = new Int32Array(BATCH_ROWS_MAX);
  #lineNumbers = new Int32Array(BATCH_ROWS_MAX);
  #rowNumbers = new Int32Array(BATCH_ROWS_MAX);
  #rowCount = 0;
  #failures: RecordFailure[] = [];

  /** The window stands behind a byte order mark. */
  constructor(window: ByteWindow, options: NdjsonReaderOptions) {
    this.#window = window;
    this.#options = options;
    this.#scanner = new LineScanner(options.members.map((member) => member.name));
    this.#builders = options.wanted.map((index) => {
      const kind = options.members[index]?.as ?? "text";
      return new VarlenBuilder({ kind }, BATCH_ROWS_MAX);
    });
  }

  /** The next batch, or null at the end of the file. */
  next(): RecordBatch | null {
    for (const builder of this.#builders) builder.reset();
    this.#rowCount = 0;
    this.#failures = [];
    const window = this.#window;
    const firstRow = this.#row;
    const from = window.offsetOf(window.start);
    let regionStart = window.start;
    while (this.#rowCount < BATCH_ROWS_MAX && this.#failures.length < BATCH_ROWS_MAX) {
      const lineEnd = this.#lineEnd();
      if (lineEnd >= 0) this.#take(lineEnd);
      else if (window.ended) break;
      else if (this.#rowCount > 0 || this.#failures.length > 0) break;
      else {
        if (window.full) this.#skip();
        else window.more();
        regionStart = window.start;
      }
    }
    if (this.#rowCount === 0 && this.#failures.length === 0) return null;
    return this.#build(firstRow, window.offsetOf(window.start) - from, regionStart);
  }

  /** Where the line at the window's start ends, its LF excluded; -1 when that is not known yet or nothing is left. */
  #lineEnd(): number {
    const { buffer, start, end, ended } = this.#window;
    const at = buffer.subarray(start, end).indexOf(LF);
    if (at >= 0) return start + at;
    return ended && end > start ? end : -1;
  }

  #take(lineEnd: number): void {
    const window = this.#window;
    const { start, end, buffer } = window;
    const line = this.#line;
    window.start = Math.min(end, lineEnd + 1);
    this.#line += 1;
    if (isBlank(buffer, start, lineEnd)) return;
    const row = this.#row;
    this.#row += 1;
    const refusal = this.#scanner.scan(buffer, start, lineEnd) ?? this.#append();
    if (refusal !== null) {
      this.#fail(row, refusal, {
        raw: this.#rawOf(start, lineEnd),
        place: this.#placeOf(start, lineEnd, line),
      });
      return;
    }
    this.#lineStarts[this.#rowCount] = start;
    this.#lineEnds[this.#rowCount] = lineEnd;
    this.#lineNumbers[this.#rowCount] = line;
    this.#rowNumbers[this.#rowCount] = row;
    this.#rowCount += 1;
  }

  /** Appends the scanned line to the columns, or nothing of it and says why. */
  #append(): Refusal | null {
    const { wanted, members } = this.#options;
    for (const index of members.keys()) {
      const refusal = this.#checkMember(index);
      if (refusal !== null) return refusal;
    }
    for (let at = 0; at < wanted.length; at += 1) this.#appendMember(wanted[at] ?? 0, at);
    return null;
  }

  #checkMember(index: number): Refusal | null {
    const { members, maxValueBytes } = this.#options;
    const member = members[index];
    const kind = this.#scanner.kinds[index];
    if (member === undefined || kind === "absent" || kind === "null") return null;
    const start = this.#scanner.starts[index] ?? 0;
    const end = this.#scanner.ends[index] ?? 0;
    const column = member.name;
    if (end - start > maxValueBytes) {
      const message = `a value of ${end - start} bytes is larger than maxValueBytes (${maxValueBytes})`;
      return { rule: "too_large", column, message };
    }
    if (member.as === "text" && kind === "nested")
      return { rule: "type", column, message: "an object or array; declare the column as json" };
    if (member.as === "bytes" && (kind !== "string" || !isBase64(this.#window.buffer, start, end)))
      return { rule: "type", column, message: "not bytes in a base64 string" };
    if (member.exactFloat && kind === "number" && end - start > SURE_DIGITS && !this.#isExact(start, end))
      return {
        rule: "precision",
        column,
        message: "float64 does not hold this number; declare a decimal or text",
      };
    return null;
  }

  #isExact(start: number, end: number): boolean {
    const literal = this.#window.buffer.toString("latin1", start, end);
    return isExactNumber(literal, Number(literal));
  }

  #appendMember(index: number, at: number): void {
    const builder = this.#builders[at];
    if (builder === undefined) return;
    const { buffer } = this.#window;
    const kind = this.#scanner.kinds[index];
    const start = this.#scanner.starts[index] ?? 0;
    const end = this.#scanner.ends[index] ?? 0;
    if (kind === "absent" || kind === "null") builder.appendNull();
    else if (builder.type.kind === "bytes") appendBase64(builder, buffer, start, end);
    else if (builder.type.kind === "json" && (kind === "string" || kind === "escaped"))
      builder.appendBytes(buffer, start - 1, end + 1);
    else if (kind === "escaped") appendEscaped(builder, buffer, start, end);
    else builder.appendBytes(buffer, start, end);
  }

  /** Passes over a line that does not fit the window. */
  #skip(): void {
    const window = this.#window;
    const { members, maxValueBytes } = this.#options;
    const offset = window.offsetOf(window.start);
    const raw = this.#rawOf(window.start, window.end);
    this.#scanner.scan(window.buffer, window.start, window.end);
    const column = members[this.#scanner.current]?.name ?? null;
    window.start = window.end;
    let length = window.offsetOf(window.start) - offset;
    while (window.more()) {
      const at = window.buffer.subarray(window.start, window.end).indexOf(LF);
      const end = at < 0 ? window.end : window.start + at;
      length = window.offsetOf(end) - offset;
      window.start = at < 0 ? end : end + 1;
      if (at >= 0) break;
    }
    const message = `a line of ${length} bytes; its value is larger than maxValueBytes (${maxValueBytes})`;
    const place = { offset, length, line: this.#line };
    this.#fail(this.#row, { rule: "too_large", column, message }, { raw, place });
    this.#row += 1;
    this.#line += 1;
  }

  #fail(row: number, refusal: Refusal, at: { raw: Uint8Array; place: RecordPlace }): void {
    this.#failures.push({ row, ...refusal, ...at });
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
    const start = this.#lineStarts[index] ?? 0;
    const end = this.#lineEnds[index] ?? 0;
    return { raw: this.#rawOf(start, end), place: this.#placeOf(start, end, this.#lineNumbers[index] ?? 0) };
  }

  /** Rows whose bytes are UTF-8; null: all. One check covers the batch, only a failing one is looked at line by line. */
  #keepUtf8(regionStart: number): Int32Array | null {
    const { buffer, start } = this.#window;
    if (this.#rowCount === 0 || isUtf8(buffer.subarray(regionStart, start))) return null;
    const kept: number[] = [];
    for (let index = 0; index < this.#rowCount; index += 1) {
      const lineStart = this.#lineStarts[index] ?? 0;
      const lineEnd = this.#lineEnds[index] ?? 0;
      if (isUtf8(buffer.subarray(lineStart, lineEnd))) {
        kept.push(index);
        continue;
      }
      this.#scanner.scan(buffer, lineStart, lineEnd);
      const column = this.#invalidColumn();
      const refusal = { rule: "encoding", column, message: "not UTF-8" };
      this.#fail(this.#rowNumbers[index] ?? 0, refusal, this.#locate(index));
    }
    this.#failures.sort((a, b) => a.row - b.row);
    return Int32Array.from(kept);
  }

  #invalidColumn(): string | null {
    const { kinds, starts, ends } = this.#scanner;
    const index = kinds.findIndex(
      (kind, at) => kind !== "absent" && !isUtf8(this.#window.buffer.subarray(starts[at], ends[at])),
    );
    return this.#options.members[index]?.name ?? null;
  }

  #rawOf(start: number, end: number): Uint8Array {
    return new Uint8Array(this.#window.buffer.subarray(start, Math.min(end, start + RAW_BYTES_MAX)));
  }

  #placeOf(start: number, end: number, line: number): RecordPlace {
    return { offset: this.#window.offsetOf(start), length: end - start, line };
  }
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  }
  return true;
}
