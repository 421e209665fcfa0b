/**
 * The non-null values of a variable-length column of one row group: their bytes one after another, and their lengths.
 * PLAIN pages put each length before its value.
 */
import type { VarlenColumn } from "../../../columns/column-batch.ts";
import { compactLengths, type RowRange, varlenBytes } from "../../../columns/compact-column.ts";
import { ByteBuffer } from "./byte-buffer.ts";

/** Stretches of values: `position` is the first byte of value `from`. */
export interface ValueRange {
  readonly from: number;
  readonly to: number;
  readonly position: number;
}

/**
 * Copies longer than this go through the engine's own copy; shorter ones eight bytes at a time, touching up to seven
 * bytes behind the value (buffers have the slack, and the next value overwrites them).
 */
const SHORT_COPY_BYTES = 128;

export class VarlenValueBuffer {
  readonly layout = "varlen";
  readonly #buffer = new ByteBuffer();
  #lengths = new Int32Array(256);
  #count = 0;

  get valueCount(): number {
    return this.#count;
  }

  get byteCount(): number {
    return this.#buffer.length;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.bytes;
  }

  get view(): DataView<ArrayBuffer> {
    return this.#buffer.view;
  }

  get lengths(): Int32Array {
    return this.#lengths;
  }

  append(column: VarlenColumn, rows: RowRange): void {
    this.#reserveLengths(this.#count + rows.to - rows.from);
    this.#count += compactLengths(column, rows, this.#lengths.subarray(this.#count));
    this.#buffer.append(varlenBytes(column, rows));
  }

  /** Appends values [from, to) as a PLAIN page holds them; returns the position behind the last. */
  encodePlain(range: ValueRange, target: ByteBuffer): number {
    const lengths = this.#lengths;
    let total = 0;
    for (let index = range.from; index < range.to; index += 1) total += lengths[index] ?? 0;
    target.reserve(total + (range.to - range.from) * 4);
    const source = this.#buffer.view;
    const { view } = target;
    let { position } = range;
    let at = target.length;
    for (let index = range.from; index < range.to; index += 1) {
      const length = lengths[index] ?? 0;
      view.setInt32(at, length, true);
      at += 4;
      if (length > SHORT_COPY_BYTES) target.bytes.set(this.bytes.subarray(position, position + length), at);
      else
        for (let offset = 0; offset < length; offset += 8)
          view.setBigUint64(at + offset, source.getBigUint64(position + offset, true), true);
      at += length;
      position += length;
    }
    target.length = at;
    return position;
  }

  clear(keepBytes: number): void {
    this.#buffer.clear(keepBytes);
    this.#count = 0;
  }

  #reserveLengths(count: number): void {
    if (count <= this.#lengths.length) return;
    const grown = new Int32Array(Math.max(count, this.#lengths.length * 2));
    grown.set(this.#lengths.subarray(0, this.#count));
    this.#lengths = grown;
  }
}
