/**
 * Encodes batches as CSV (RFC 4180, UTF-8, lines end in LF): the same rows give the same bytes, whatever the batches.
 * NULL is an empty cell, the empty string is `""`; values are the canonical text of `columns/render-value.ts`.
 * A cell is quoted when it must be: delimiter, quote, CR or LF inside, empty text, or a first byte that could read as a
 * byte order mark. Format: docs/formats/csv.md.
 */
import { Buffer } from "node:buffer";
import { type Column, type ColumnBatch, type Field, isValid } from "../../columns/column-batch.ts";
import { assert } from "../../core/errors.ts";
import { TextBuffer, type TextOutput } from "../text-buffer.ts";
import { TemporalText, writeInt, writeRendered } from "../write-number.ts";

export interface CsvWriterOptions {
  readonly fields: readonly Field[];
  readonly header: boolean;
  /** one ASCII character */
  readonly delimiter: string;
}

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const BOM_FIRST = 0xef;

type CellWriter = (column: Column, row: number) => void;

export class CsvWriter {
  readonly #buffer: TextBuffer;
  readonly #delimiter: number;
  readonly #cells: readonly CellWriter[];
  #rowCount = 0;

  constructor(options: CsvWriterOptions, output: TextOutput) {
    this.#buffer = new TextBuffer(output);
    this.#delimiter = options.delimiter.charCodeAt(0);
    this.#cells = options.fields.map((field) => this.#cellWriter(field));
    if (options.header) this.#writeHeader(options.fields);
  }

  /** Bytes the file has so far. */
  get bytesEstimate(): number {
    return this.#buffer.byteCount;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  write(batch: ColumnBatch): void {
    assert(batch.columns.length === this.#cells.length, "a batch has the columns of its writer");
    for (let row = 0; row < batch.rowCount; row += 1) this.#writeRow(batch.columns, row);
    this.#rowCount += batch.rowCount;
  }

  finish(): void {
    this.#buffer.flush();
  }

  #writeRow(columns: readonly Column[], row: number): void {
    for (let index = 0; index < columns.length; index += 1) {
      if (index > 0) this.#buffer.byte(this.#delimiter);
      const column = columns[index];
      if (column !== undefined && isValid(column, row)) this.#cells[index]?.(column, row);
    }
    this.#buffer.byte(LF);
  }

  #writeHeader(fields: readonly Field[]): void {
    for (const [index, { name }] of fields.entries()) {
      if (index > 0) this.#buffer.byte(this.#delimiter);
      const bytes = Buffer.from(name);
      this.#writeText(bytes, 0, bytes.length);
    }
    this.#buffer.byte(LF);
  }

  #cellWriter({ type }: Field): CellWriter {
    switch (type.kind) {
      case "int":
        return (column, row) => writeInt(this.#buffer, column, row);
      case "text":
      case "json":
        return (column, row) => {
          if (column.layout !== "varlen") return;
          this.#writeText(column.bytes, column.offsets[row] ?? 0, column.offsets[row + 1] ?? 0);
        };
      case "bool":
      case "float":
      case "decimal":
      case "bytes":
      case "uuid":
        return (column, row) => writeRendered(this.#buffer, column, row);
      case "date":
      case "time":
      case "timestamp": {
        const text = new TemporalText(this.#buffer);
        return (column, row) => text.write(column, row);
      }
    }
  }

  #writeText(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#mustQuote(bytes, start, end)) {
      this.#buffer.raw(bytes, start, end);
      return;
    }
    this.#buffer.byte(QUOTE);
    let from = start;
    for (let at = start; at < end; at += 1) {
      if (bytes[at] !== QUOTE) continue;
      this.#buffer.raw(bytes, from, at + 1);
      from = at;
    }
    this.#buffer.raw(bytes, from, end);
    this.#buffer.byte(QUOTE);
  }

  #mustQuote(bytes: Uint8Array, start: number, end: number): boolean {
    if (start === end || bytes[start] === BOM_FIRST) return true;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at];
      if (byte === QUOTE || byte === LF || byte === CR || byte === this.#delimiter) return true;
    }
    return false;
  }
}
