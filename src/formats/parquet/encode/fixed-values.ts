/**
 * The non-null values of a fixed-width column of one row group, in Parquet's own form and order of bytes: a PLAIN page
 * is a stretch of this buffer. Narrow integers are widened to INT32, time(ms) is narrowed to INT32, wide decimals are
 * turned to big-endian.
 */
import { type FixedColumn, physicalOf, widthOf } from "../../../columns/column-batch.ts";
import { compactFixed, type RowRange } from "../../../columns/compact-column.ts";
import { TidemarkError } from "../../../core/errors.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import type { ParquetColumn } from "./schema.ts";

/** How values in memory become values in a page. */
type Conversion = "none" | IntConversion | "narrow" | "bigEndian";

/** The narrow integer that is widened. */
type IntConversion = "i8" | "u8" | "i16" | "u16";

export class FixedValueBuffer {
  readonly layout = "fixed";
  readonly #column: ParquetColumn;
  readonly #conversion: Conversion;
  readonly #memoryBytes: number;
  readonly #buffer = new ByteBuffer();
  #scratch = new Int32Array(0);
  #words: Int32Array<ArrayBuffer>;

  constructor(column: ParquetColumn) {
    this.#column = column;
    this.#conversion = conversionOf(column);
    this.#memoryBytes = widthOf(physicalOf(column.field.type));
    this.#words = new Int32Array(this.#buffer.bytes.buffer);
  }

  get valueCount(): number {
    return this.#buffer.length / this.#column.valueBytes;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.bytes;
  }

  /** The same memory as 4-byte words; those behind the last value are stale. */
  get words(): Int32Array<ArrayBuffer> {
    if (this.#words.buffer !== this.#buffer.bytes.buffer)
      this.#words = new Int32Array(this.#buffer.bytes.buffer);
    return this.#words;
  }

  append(column: FixedColumn, rows: RowRange): void {
    const { valueBytes } = this.#column;
    const rowCount = rows.to - rows.from;
    this.#buffer.reserve(rowCount * valueBytes);
    const target = this.#buffer.bytes.subarray(this.#buffer.length);
    const conversion = this.#conversion;
    if (conversion === "none" || conversion === "bigEndian") {
      const written = compactFixed(column, rows, target);
      if (conversion === "bigEndian") reverse16(this.words, this.#buffer.length >> 2, written >> 2);
      this.#buffer.length += written;
    } else this.#buffer.length += valueBytes * this.#convert(column, rows, conversion);
  }

  clear(keepBytes: number): void {
    this.#buffer.clear(keepBytes);
  }

  #convert(column: FixedColumn, rows: RowRange, conversion: IntConversion | "narrow"): number {
    const scratch = this.#scratchOf((rows.to - rows.from) * this.#memoryBytes);
    const count = compactFixed(column, rows, scratch) / this.#memoryBytes;
    const at = this.#buffer.length >> 2;
    if (conversion === "narrow") this.#narrow(new Int32Array(scratch.buffer, 0, count * 2), at);
    else this.words.set(intsOf(conversion, scratch.buffer, count), at);
    return count;
  }

  #narrow(source: Int32Array, at: number): void {
    const { words } = this;
    for (let index = 0; index < source.length; index += 2) {
      const low = source[index] ?? 0;
      if (source[index + 1] !== low >> 31) this.#refuse();
      words[at + (index >> 1)] = low;
    }
  }

  /** Without the value: errors stand in the journal. */
  #refuse(): never {
    const { name: column } = this.#column.field;
    throw new TidemarkError("FORMAT_VALUE_OUT_OF_RANGE", { column, type: "time(ms)" });
  }

  #scratchOf(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#scratch.byteLength < bytes) this.#scratch = new Int32Array((bytes >> 1) + 2);
    return new Uint8Array(this.#scratch.buffer);
  }
}

function conversionOf({ field, valueBytes }: ParquetColumn): Conversion {
  const physical = physicalOf(field.type);
  if (physical === "i8" || physical === "u8" || physical === "i16" || physical === "u16") return physical;
  if (field.type.kind === "decimal" && valueBytes === 16) return "bigEndian";
  return field.type.kind === "time" && valueBytes === 4 ? "narrow" : "none";
}

function intsOf(
  conversion: IntConversion,
  memory: ArrayBuffer,
  count: number,
): Int8Array | Uint8Array | Int16Array | Uint16Array {
  switch (conversion) {
    case "i8":
      return new Int8Array(memory, 0, count);
    case "u8":
      return new Uint8Array(memory, 0, count);
    case "i16":
      return new Int16Array(memory, 0, count);
    case "u16":
      return new Uint16Array(memory, 0, count);
  }
}

/** Reverses the bytes of each 16-byte value in place. */
function reverse16(words: Int32Array, from: number, count: number): void {
  for (let at = from; at < from + count; at += 4) {
    const first = words[at] ?? 0;
    const second = words[at + 1] ?? 0;
    words[at] = swapBytes(words[at + 3] ?? 0);
    words[at + 1] = swapBytes(words[at + 2] ?? 0);
    words[at + 2] = swapBytes(second);
    words[at + 3] = swapBytes(first);
  }
}

export function swapBytes(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
