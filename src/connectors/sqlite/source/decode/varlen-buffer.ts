/**
 * Offsets and bytes of a varlen column, reused from page to page; grows, and shrinks again after a page of large values.
 * The only value of a page may be adopted instead of copied.
 */
import { Buffer } from "node:buffer";
import type { NullMask } from "../../../../columns/build/null-mask.ts";
import type { VarlenColumn } from "../../../../columns/column-batch.ts";
import { grownRoom, releaseBytes } from "../../../../core/large-bytes.ts";
import type { LogicalType } from "../../../../columns/logical-type.ts";

const START_BYTES = 16_384;
/** A buffer beyond this is given back once a page needs less than a quarter of it. */
const KEEP_BYTES = 4 * 1024 * 1024;
/** Smaller values are copied: it costs less than to keep apart what is whose. */
const ADOPT_BYTES_MIN = 256 * 1024;

/** `utf8Write` is what `write(text, at, "utf8")` calls when it has sorted out its arguments, which takes as long again. */
export interface TextBuffer extends Buffer {
  utf8Write(text: string, offset: number): number;
}

export class VarlenBuffer {
  bytes: TextBuffer = allocate(START_BYTES);
  offsets: Int32Array = new Int32Array(1025);
  #lastUsed = 0;
  #adopted: Uint8Array | undefined;

  /** Makes room for the offsets of a page. */
  start(rowCount: number): void {
    if (rowCount + 1 > this.offsets.length) this.offsets = new Int32Array(rowCount + 1);
    this.#adopted = undefined;
    if (this.bytes.length > KEEP_BYTES && this.#lastUsed * 4 < this.bytes.length)
      this.#replace(allocate(START_BYTES));
  }

  /** Whether `value`, one of `rowCount`, is the column's bytes from now on, as long as its owner leaves it alone. */
  adopts(value: Uint8Array, rowCount: number): boolean {
    if (rowCount !== 1 || value.length < ADOPT_BYTES_MIN) return false;
    this.#adopted = value;
    return true;
  }

  /** Makes room for `more` bytes behind the first `used`. */
  reserve(used: number, more: number): void {
    if (used + more <= this.bytes.length) return;
    const grown = allocate(grownRoom(this.bytes.length, used + more));
    grown.set(this.bytes.subarray(0, used));
    this.#replace(grown);
  }

  build(type: LogicalType, rowCount: number, nulls: NullMask): VarlenColumn {
    const used = this.offsets[rowCount] ?? 0;
    this.#lastUsed = this.#adopted === undefined ? used : 0;
    return {
      type,
      layout: "varlen",
      rowCount,
      offsets: this.offsets.subarray(0, rowCount + 1),
      bytes: (this.#adopted ?? this.bytes).subarray(0, used),
      validity: nulls.build(rowCount),
      nullCount: nulls.nullCount,
    };
  }

  #replace(bytes: TextBuffer): void {
    releaseBytes(this.bytes);
    this.bytes = bytes;
  }
}

function allocate(size: number): TextBuffer {
  return Buffer.allocUnsafeSlow(size) as TextBuffer;
}
