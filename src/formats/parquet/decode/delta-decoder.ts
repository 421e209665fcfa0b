/**
 * DELTA_BINARY_PACKED for 32 and 64-bit integers (parquet-format, Encodings.md). Keeps its place between reads. 64-bit
 * values are added as two 32-bit halves: no BigInt. Arithmetic wraps around, as the format says.
 */
import { readBits } from "./hybrid-decoder.ts";
import { pageFault } from "./page-fault.ts";

const BLOCK_VALUES_MAX = 65_536;

export class DeltaDecoder {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  readonly #miniblocks: number;
  readonly #miniblockValues: number;
  /** of the page, by its own header */
  readonly valueCount: number;
  /** deltas not yet unpacked */
  #deltasLeft: number;
  #isFirst = true;
  #low = 0;
  #high = 0;
  #minLow = 0;
  #minHigh = 0;
  #widthsAt = 0;
  #miniblock: number;
  #leftInMiniblock = 0;
  #bit = 0;
  #width = 0;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    const blockValues = this.#varint();
    this.#miniblocks = this.#varint();
    this.valueCount = this.#varint();
    this.#miniblock = this.#miniblocks;
    this.#miniblockValues = blockValues / this.#miniblocks;
    if (blockValues > BLOCK_VALUES_MAX || this.#miniblockValues % 8 !== 0 || this.#miniblockValues <= 0)
      throw pageFault("a bad delta block size");
    this.#zigzag();
    this.#deltasLeft = Math.max(0, this.valueCount - 1);
  }

  /** Where the encoded integers end; known once all are read. */
  get end(): number {
    return this.#at;
  }

  /** Writes 32-bit values, or low and high halves when `wide`; `start` and `count` are in values. */
  read(out: Int32Array, start: number, count: number, wide: boolean): void {
    let to = start;
    const end = start + count;
    while (to < end) {
      if (this.#isFirst) {
        if (this.valueCount === 0) throw pageFault("fewer values than the page header says");
        this.#isFirst = false;
        this.#put(out, to, wide);
        to += 1;
        continue;
      }
      if (this.#leftInMiniblock === 0) this.#nextMiniblock();
      const take = Math.min(this.#leftInMiniblock, end - to);
      if (wide) this.#addWide(out, to, take);
      else this.#addNarrow(out, to, take);
      this.#leftInMiniblock -= take;
      to += take;
    }
  }

  #put(out: Int32Array, to: number, wide: boolean): void {
    if (!wide) {
      out[to] = this.#low;
      return;
    }
    out[to * 2] = this.#low;
    out[to * 2 + 1] = this.#high;
  }

  #addNarrow(out: Int32Array, start: number, count: number): void {
    const width = Math.min(32, this.#width);
    let value = this.#low;
    for (let index = 0; index < count; index += 1) {
      value = (value + this.#minLow + readBits(this.#bytes, this.#bit, width)) | 0;
      out[start + index] = value;
      this.#bit += this.#width;
    }
    this.#low = value;
  }

  #addWide(out: Int32Array, start: number, count: number): void {
    const lowWidth = Math.min(32, this.#width);
    const highWidth = this.#width - lowWidth;
    let low = this.#low;
    let high = this.#high;
    for (let index = 0; index < count; index += 1) {
      const sum = (low >>> 0) + (this.#minLow >>> 0) + (readBits(this.#bytes, this.#bit, lowWidth) >>> 0);
      const carry = sum >= 4_294_967_296 ? (sum >= 8_589_934_592 ? 2 : 1) : 0;
      high = (high + this.#minHigh + carry + readBits(this.#bytes, this.#bit + 32, highWidth)) | 0;
      low = sum | 0;
      out[(start + index) * 2] = low;
      out[(start + index) * 2 + 1] = high;
      this.#bit += this.#width;
    }
    this.#low = low;
    this.#high = high;
  }

  #nextMiniblock(): void {
    if (this.#deltasLeft === 0) throw pageFault("fewer values than the page header says");
    if (this.#miniblock === this.#miniblocks) this.#nextBlock();
    this.#width = this.#bytes[this.#widthsAt + this.#miniblock] ?? 0;
    this.#miniblock += 1;
    if (this.#width > 64) throw pageFault(`a delta bit width of ${this.#width}`);
    const bytes = (this.#width * this.#miniblockValues) / 8;
    if (this.#at + bytes > this.#end) throw pageFault("a delta miniblock runs over the page");
    this.#bit = this.#at * 8;
    this.#at += bytes;
    this.#leftInMiniblock = Math.min(this.#miniblockValues, this.#deltasLeft);
    this.#deltasLeft -= this.#leftInMiniblock;
  }

  #nextBlock(): void {
    const { low, high } = { low: this.#low, high: this.#high };
    this.#zigzag();
    this.#minLow = this.#low;
    this.#minHigh = this.#high;
    this.#low = low;
    this.#high = high;
    this.#widthsAt = this.#at;
    this.#at += this.#miniblocks;
    if (this.#at > this.#end) throw pageFault("a delta block runs over the page");
    this.#miniblock = 0;
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 5; count += 1) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw pageFault("a bad delta header");
  }

  /** Reads a 64-bit zigzag number into `#low` and `#high`. */
  #zigzag(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#byte();
      const part = byte & 0x7f;
      if (shift < 32) low |= part << shift;
      if (shift === 28) high |= part >> 4;
      else if (shift > 28 && shift < 64) high |= part << (shift - 32);
      if (byte < 0x80) break;
      if (shift > 63) throw pageFault("a bad delta header");
    }
    const sign = -(low & 1);
    this.#low = ((low >>> 1) | (high << 31)) ^ sign;
    this.#high = (high >>> 1) ^ sign;
  }

  #byte(): number {
    if (this.#at >= this.#end) throw pageFault("a delta header ends with the page");
    return this.#bytes[this.#at++] ?? 0;
  }
}
