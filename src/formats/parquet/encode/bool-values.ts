/** The non-null values of a bool column of one row group: a bitmap, which is what a PLAIN page of BOOLEAN holds. */
import type { BitsColumn } from "../../../columns/column-batch.ts";
import { compactBits, type RowRange } from "../../../columns/compact-column.ts";
import { copyBits, countOnes } from "../../../columns/copy-bits.ts";
import type { ByteBuffer } from "./byte-buffer.ts";

export class BoolValueBuffer {
  readonly layout = "bits";
  #bitmap = new Uint8Array(64);
  #count = 0;

  get valueCount(): number {
    return this.#count;
  }

  append(column: BitsColumn, rows: RowRange): void {
    const needed = (this.#count + rows.to - rows.from + 15) >> 3;
    if (needed > this.#bitmap.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bitmap.length * 2));
      grown.set(this.#bitmap);
      this.#bitmap = grown;
    }
    this.#count += compactBits(column, rows, { bytes: this.#bitmap, bit: this.#count });
  }

  countTrue(): number {
    return countOnes(this.#bitmap, 0, this.#count);
  }

  /** Appends values [from, to) as a page holds them. */
  encodePlain(from: number, to: number, target: ByteBuffer): void {
    const bytes = (to - from + 7) >> 3;
    target.reserve(bytes);
    const position = { bytes: target.bytes, bit: target.length * 8 };
    copyBits({ bytes: this.#bitmap, bit: from }, position, to - from);
    target.length += bytes;
  }

  clear(): void {
    this.#count = 0;
  }
}
