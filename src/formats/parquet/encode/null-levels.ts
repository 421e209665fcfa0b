/**
 * Definition levels of one column of a row group: the validity bitmap itself, because Parquet's bit-packed run of
 * one-bit levels has the same layout. Pages begin at multiples of 8 rows, so that a page's levels are a copy of bytes;
 * a page without nulls, or of nulls alone, is a single RLE run.
 */
import type { Column } from "../../../columns/column-batch.ts";
import type { RowRange } from "../../../columns/compact-column.ts";
import { copyBits, countOnes } from "../../../columns/copy-bits.ts";
import type { ByteBuffer } from "./byte-buffer.ts";

export class NullLevels {
  #bitmap = new Uint8Array(0);
  /** rows the bitmap covers; rows before the first null need none */
  #bitmapRows = 0;
  #rowCount = 0;
  #validCount = 0;

  get nullCount(): number {
    return this.#rowCount - this.#validCount;
  }

  append(column: Column, rows: RowRange): void {
    const count = rows.to - rows.from;
    const valid = column.validity === null ? count : countOnes(column.validity, rows.from, rows.to);
    if (valid < count || this.nullCount > 0) this.#appendBits(column, rows);
    this.#rowCount += count;
    this.#validCount += valid;
  }

  /** Non-null rows among [from, to). */
  countValid(from: number, to: number): number {
    return this.nullCount === 0 ? to - from : countOnes(this.#bitmap, from, to);
  }

  /** Writes the levels of rows [from, to), `from` a multiple of 8, with their length in front. */
  encode(from: number, to: number, target: ByteBuffer): void {
    const valid = this.countValid(from, to);
    target.reserve(16 + ((to - from) >> 3));
    const lengthAt = target.length;
    target.length += 4;
    if (valid === to - from || valid === 0) {
      target.appendVarint((to - from) * 2);
      target.appendByte(valid === 0 ? 0 : 1);
    } else this.#encodeBitmap(from, to, target);
    target.view.setUint32(lengthAt, target.length - lengthAt - 4, true);
  }

  clear(): void {
    this.#rowCount = 0;
    this.#validCount = 0;
    this.#bitmapRows = 0;
  }

  #appendBits(column: Column, rows: RowRange): void {
    const count = rows.to - rows.from;
    this.#reserve(this.#rowCount + count);
    if (this.#bitmapRows === 0) this.#fillOnes();
    const target = { bytes: this.#bitmap, bit: this.#rowCount };
    copyBits({ bytes: column.validity ?? onesOf(rows.to), bit: rows.from }, target, count);
    this.#bitmapRows = this.#rowCount + count;
  }

  #fillOnes(): void {
    const last = this.#rowCount >> 3;
    this.#bitmap.fill(0xff, 0, last);
    this.#bitmap[last] = (1 << (this.#rowCount & 7)) - 1;
  }

  #reserve(rowCount: number): void {
    const bytes = (rowCount + 15) >> 3;
    if (bytes <= this.#bitmap.length) return;
    const grown = new Uint8Array(Math.max(bytes, this.#bitmap.length * 2));
    grown.set(this.#bitmap);
    this.#bitmap = grown;
  }

  #encodeBitmap(from: number, to: number, target: ByteBuffer): void {
    const groups = (to - from + 7) >> 3;
    target.appendVarint(groups * 2 + 1);
    target.append(this.#bitmap.subarray(from >> 3, (from >> 3) + groups));
    const rest = to & 7;
    const last = target.length - 1;
    if (rest !== 0) target.bytes[last] = (target.bytes[last] ?? 0) & ((1 << rest) - 1);
  }
}

let ones = new Uint8Array(0);

/** A shared bitmap of at least `count` ones. */
function onesOf(count: number): Uint8Array {
  if (ones.length * 8 < count) ones = new Uint8Array((count + 7) >> 3).fill(0xff);
  return ones;
}
