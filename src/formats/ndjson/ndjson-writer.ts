/**
 * Encodes batches as NDJSON: one object a line, members in column order, NULL as `null`; the same rows give the same
 * bytes. Integers and decimals are number literals exact to the last digit; NaN and infinities are strings; dates, times,
 * timestamps and uuids are strings; bytes are base64 strings; json values stand as they are, line ends between their
 * tokens made blanks. Format: docs/formats/ndjson.md.
 */
import { Buffer } from "node:buffer";
import { type Column, type ColumnBatch, type Field, isValid } from "../../columns/column-batch.ts";
import { assert } from "../../core/errors.ts";
import { TextBuffer, type TextOutput } from "../text-buffer.ts";
import { TemporalText, writeInt, writeRendered } from "../write-number.ts";

export interface NdjsonWriterOptions {
  readonly fields: readonly Field[];
}

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const BLANK = 0x20;
const BACKSLASH = 0x5c;

type ValueWriter = (column: Column, row: number) => void;

export class NdjsonWriter {
  readonly #buffer: TextBuffer;
  /** `{"a":` for the first column, `,"b":` for the others */
  readonly #keys: readonly Uint8Array[];
  readonly #values: readonly ValueWriter[];
  #rowCount = 0;

  constructor(options: NdjsonWriterOptions, output: TextOutput) {
    this.#buffer = new TextBuffer(output);
    this.#keys = options.fields.map(({ name }, index) =>
      Buffer.from(`${index === 0 ? "{" : ","}${JSON.stringify(name)}:`),
    );
    this.#values = options.fields.map((field) => this.#valueWriter(field));
  }

  /** Bytes the file has so far. */
  get bytesEstimate(): number {
    return this.#buffer.byteCount;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  write(batch: ColumnBatch): void {
    assert(batch.columns.length === this.#values.length, "a batch has the columns of its writer");
    for (let row = 0; row < batch.rowCount; row += 1) this.#writeRow(batch.columns, row);
    this.#rowCount += batch.rowCount;
  }

  finish(): void {
    this.#buffer.flush();
  }

  #writeRow(columns: readonly Column[], row: number): void {
    for (let index = 0; index < columns.length; index += 1) {
      const key = this.#keys[index];
      const column = columns[index];
      if (key === undefined || column === undefined) continue;
      this.#buffer.raw(key, 0, key.length);
      if (isValid(column, row)) this.#values[index]?.(column, row);
      else this.#buffer.ascii("null");
    }
    this.#buffer.ascii("}\n");
  }

  #valueWriter({ type }: Field): ValueWriter {
    switch (type.kind) {
      case "int":
        return (column, row) => writeInt(this.#buffer, column, row);
      case "bool":
      case "decimal":
        return (column, row) => writeRendered(this.#buffer, column, row);
      case "float":
        return (column, row) => this.#writeFloat(column, row);
      case "text":
        return onVarlen((bytes, start, end) => this.#writeText(bytes, start, end));
      case "json":
        return onVarlen((bytes, start, end) => this.#writeJson(bytes, start, end));
      case "bytes":
        return onVarlen((bytes, start, end) => this.#writeBase64(bytes, start, end));
      case "uuid":
        return (column, row) => this.#writeQuoted(column, row);
      case "date":
      case "time":
      case "timestamp":
        return this.#temporalWriter();
    }
  }

  #writeFloat(column: Column, row: number): void {
    if (column.layout === "fixed" && Number.isFinite(Number(column.values[row])))
      writeRendered(this.#buffer, column, row);
    else this.#writeQuoted(column, row);
  }

  #temporalWriter(): ValueWriter {
    const text = new TemporalText(this.#buffer);
    return (column, row) => {
      this.#buffer.byte(QUOTE);
      text.write(column, row);
      this.#buffer.byte(QUOTE);
    };
  }

  #writeQuoted(column: Column, row: number): void {
    this.#buffer.byte(QUOTE);
    writeRendered(this.#buffer, column, row);
    this.#buffer.byte(QUOTE);
  }

  #writeText(bytes: Uint8Array, start: number, end: number): void {
    this.#buffer.byte(QUOTE);
    let from = start;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte >= BLANK && byte !== QUOTE && byte !== BACKSLASH) continue;
      this.#buffer.raw(bytes, from, at);
      this.#buffer.ascii(ESCAPES[byte] ?? "");
      from = at + 1;
    }
    this.#buffer.raw(bytes, from, end);
    this.#buffer.byte(QUOTE);
  }

  /** Inside JSON strings line ends are escaped, so a raw one is only ever between tokens. */
  #writeJson(bytes: Uint8Array, start: number, end: number): void {
    let from = start;
    for (let at = start; at < end; at += 1) {
      if (bytes[at] !== LF && bytes[at] !== CR) continue;
      this.#buffer.raw(bytes, from, at);
      this.#buffer.byte(BLANK);
      from = at + 1;
    }
    this.#buffer.raw(bytes, from, end);
  }

  #writeBase64(bytes: Uint8Array, start: number, end: number): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("base64");
    this.#buffer.byte(QUOTE);
    this.#buffer.ascii(text);
    this.#buffer.byte(QUOTE);
  }
}

/** What stands for a byte that JSON strings must escape; indexed by the byte. */
const ESCAPES: readonly string[] = Array.from({ length: BACKSLASH + 1 }, (_, byte) =>
  JSON.stringify(String.fromCharCode(byte)).slice(1, -1),
);

function onVarlen(write: (bytes: Uint8Array, start: number, end: number) => void): ValueWriter {
  return (column, row) => {
    if (column.layout === "varlen")
      write(column.bytes, column.offsets[row] ?? 0, column.offsets[row + 1] ?? 0);
  };
}
