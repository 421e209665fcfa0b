/**
 * The RLE and bit-packing hybrid (parquet-format, Encodings.md): definition levels, dictionary indexes and bools.
 * Reads as many values as asked for and keeps its place, so a page need never be unpacked as a whole.
 */
import { pageFault } from "./page-fault.ts";

export class HybridDecoder {
  #bytes: Uint8Array;
  #at: number;
  readonly #end: number;
  readonly #bitWidth: number;
  /** values left of the current run */
  #left = 0;
  #isPacked = false;
  /** value of a repeated run */
  #value = 0;
  /** place of the next packed value, in bits from `#at` */
  #bit = 0;

  constructor(bytes: Uint8Array, start: number, end: number, bitWidth: number) {
    if (bitWidth < 0 || bitWidth > 32) throw pageFault(`a bit width of ${bitWidth}`);
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#bitWidth = bitWidth;
  }

  read(out: Int32Array | Uint8Array, start: number, count: number): void {
    let to = start;
    const end = start + count;
    while (to < end) {
      if (this.#left === 0) this.#nextRun();
      const take = Math.min(this.#left, end - to);
      if (this.#isPacked) this.#unpack(out, to, take);
      else out.fill(this.#value, to, to + take);
      this.#left -= take;
      to += take;
    }
  }

  /** The value all of the next `count` values have, when one run holds them; they are then taken. */
  takeRun(count: number): number | undefined {
    if (this.#left === 0) this.#nextRun();
    if (this.#isPacked || this.#left < count) return undefined;
    this.#left -= count;
    return this.#value;
  }

  #nextRun(): void {
    if (this.#isPacked) {
      this.#at += (this.#bit + 7) >> 3;
      this.#isPacked = false;
    }
    const header = this.#varint();
    const width = this.#bitWidth;
    if (header % 2 === 1) {
      const groups = (header - 1) / 2;
      this.#isPacked = true;
      this.#bit = 0;
      // The last run may be cut where the page ends; reading beyond its bytes is refused.
      const bytesLeft = this.#end - this.#at;
      this.#left = width === 0 ? groups * 8 : Math.min(groups * 8, Math.floor((bytesLeft * 8) / width));
    } else {
      this.#left = header / 2;
      const valueBytes = (width + 7) >> 3;
      if (this.#at + valueBytes > this.#end) throw pageFault("a run ends with the page");
      let value = 0;
      for (let index = valueBytes - 1; index >= 0; index -= 1)
        value = (value << 8) | (this.#bytes[this.#at + index] ?? 0);
      this.#value = value;
      this.#at += valueBytes;
    }
    if (this.#left === 0) throw pageFault("fewer values than the page header says");
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 5; count += 1) {
      if (this.#at >= this.#end) throw pageFault("fewer values than the page header says");
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw pageFault("a run length of more than 5 bytes");
  }

  #unpack(out: Int32Array | Uint8Array, start: number, count: number): void {
    const width = this.#bitWidth;
    if (width === 0) out.fill(0, start, start + count);
    else if (width === 8 && (this.#bit & 7) === 0) this.#unpackBytes(out, start, count);
    else if (width <= 24) this.#unpackNarrow(out, start, count);
    else this.#unpackWide(out, start, count);
    this.#bit += count * width;
  }

  #unpackBytes(out: Int32Array | Uint8Array, start: number, count: number): void {
    const bytes = this.#bytes;
    const from = this.#at + (this.#bit >> 3);
    for (let index = 0; index < count; index += 1) out[start + index] = bytes[from + index] ?? 0;
  }

  #unpackNarrow(out: Int32Array | Uint8Array, start: number, count: number): void {
    const bytes = this.#bytes;
    const width = this.#bitWidth;
    const mask = (1 << width) - 1;
    let at = this.#at + (this.#bit >> 3);
    let held = 8 - (this.#bit & 7);
    let bits = (bytes[at++] ?? 0) >> (this.#bit & 7);
    for (let to = start; to < start + count; to += 1) {
      while (held < width) {
        bits |= (bytes[at++] ?? 0) << held;
        held += 8;
      }
      out[to] = bits & mask;
      bits >>>= width;
      held -= width;
    }
  }

  #unpackWide(out: Int32Array | Uint8Array, start: number, count: number): void {
    for (let index = 0; index < count; index += 1)
      out[start + index] = readBits(
        this.#bytes,
        this.#at * 8 + this.#bit + index * this.#bitWidth,
        this.#bitWidth,
      );
  }
}

/** `width` bits (0 to 32) from bit `place`, least significant first; as a signed 32-bit number. Bits past the end are 0. */
export function readBits(bytes: Uint8Array, place: number, width: number): number {
  if (width === 0) return 0;
  const at = Math.floor(place / 8);
  const shift = place % 8;
  const low =
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24);
  const value = shift === 0 ? low : (low >>> shift) | ((bytes[at + 4] ?? 0) << (32 - shift));
  return width === 32 ? value : value & ((1 << width) - 1);
}
