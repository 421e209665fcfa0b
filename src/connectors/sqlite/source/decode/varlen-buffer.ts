/** Offsets and bytes of a varlen column, reused from page to page; grows, and shrinks again after a page of large values. */
import { Buffer } from "node:buffer";
import type { NullMask } from "../../../../columns/build/null-mask.ts";
import type { VarlenColumn } from "../../../../columns/column-batch.ts";
import type { LogicalType } from "../../../../columns/logical-type.ts";

const START_BYTES = 16_384;
/** A buffer beyond this is given back once a page needs less than a quarter of it. */
const KEEP_BYTES = 4 * 1024 * 1024;

export class VarlenBuffer {
  bytes: Buffer = Buffer.allocUnsafeSlow(START_BYTES);
  offsets: Int32Array = new Int32Array(1025);
  #lastUsed = 0;

  /** Makes room for the offsets of a page. */
  start(rowCount: number): void {
    if (rowCount + 1 > this.offsets.length) this.offsets = new Int32Array(rowCount + 1);
    if (this.bytes.length > KEEP_BYTES && this.#lastUsed * 4 < this.bytes.length)
      this.bytes = Buffer.allocUnsafeSlow(START_BYTES);
  }

  /** Makes room for `more` bytes behind the first `used`. */
  reserve(used: number, more: number): void {
    if (used + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(used + more, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, used));
    this.bytes = grown;
  }

  build(type: LogicalType, rowCount: number, nulls: NullMask): VarlenColumn {
    const used = this.offsets[rowCount] ?? 0;
    this.#lastUsed = used;
    return {
      type,
      layout: "varlen",
      rowCount,
      offsets: this.offsets.subarray(0, rowCount + 1),
      bytes: this.bytes.subarray(0, used),
      validity: nulls.build(rowCount),
      nullCount: nulls.nullCount,
    };
  }
}
