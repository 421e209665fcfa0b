/**
 * Parquet's RLE and bit-packing hybrid for dictionary indexes of 1 to 16 bits. Values are taken in groups of eight;
 * stretches of equal values long enough to pay for ending a packed run become RLE runs, everything else is packed.
 */
import type { ByteBuffer } from "./byte-buffer.ts";

export interface IndexRange {
  readonly indexes: Int32Array;
  readonly from: number;
  readonly to: number;
}

/** Appends the hybrid stream, without a length in front. */
export function encodeHybrid(range: IndexRange, bitWidth: number, target: ByteBuffer): void {
  const { indexes, from, to } = range;
  target.reserve(64 + Math.ceil(((to - from + 8) * bitWidth) / 8) * 2);
  const runMin = shortestRun(bitWidth);
  let packedFrom = from;
  let at = from;
  while (at < to) {
    const end = indexes[at] === indexes[at + 1] ? runEnd(indexes, at, to) : at + 1;
    if (end - at >= runMin) {
      packRun({ indexes, from: packedFrom, to: at }, bitWidth, target);
      repeatRun(indexes[at] ?? 0, { count: end - at, bitWidth }, target);
      packedFrom = end;
      at = end;
    } else at += 8;
  }
  packRun({ indexes, from: packedFrom, to }, bitWidth, target);
}

/** A run interrupts packing (two headers, one value): below about five bytes' worth of values it costs more. */
function shortestRun(bitWidth: number): number {
  return (Math.ceil(40 / bitWidth) + 7) & ~7;
}

function runEnd(indexes: Int32Array, from: number, to: number): number {
  const value = indexes[from];
  let end = from + 1;
  while (end < to && indexes[end] === value) end += 1;
  return end;
}

function repeatRun(
  value: number,
  { count, bitWidth }: { readonly count: number; readonly bitWidth: number },
  target: ByteBuffer,
): void {
  target.appendVarint(count * 2);
  target.appendByte(value & 0xff);
  if (bitWidth > 8) target.appendByte(value >> 8);
}

/** Packs values as groups of eight; the last group is filled with zeros. */
function packRun({ indexes, from, to }: IndexRange, bitWidth: number, target: ByteBuffer): void {
  if (from >= to) return;
  const groups = (to - from + 7) >> 3;
  target.appendVarint(groups * 2 + 1);
  target.reserve(groups * bitWidth + 4);
  const end = target.length + groups * bitWidth;
  const whole = bitWidth <= 4 ? from + ((to - from) & ~7) : from;
  if (whole > from) packNarrow({ indexes, from, to: whole }, bitWidth, target);
  packAny({ indexes, from: whole, to }, bitWidth, target);
  target.bytes.fill(0, Math.min(target.length, end), end);
  target.length = end;
}

/** Whole groups of values of at most four bits: a group fits one word. */
function packNarrow({ indexes, from, to }: IndexRange, bitWidth: number, target: ByteBuffer): void {
  const { view } = target;
  let at = target.length;
  for (let index = from; index < to; index += 8) {
    const low =
      (indexes[index] ?? 0) |
      ((indexes[index + 1] ?? 0) << bitWidth) |
      ((indexes[index + 2] ?? 0) << (bitWidth * 2)) |
      ((indexes[index + 3] ?? 0) << (bitWidth * 3));
    const high =
      (indexes[index + 4] ?? 0) |
      ((indexes[index + 5] ?? 0) << bitWidth) |
      ((indexes[index + 6] ?? 0) << (bitWidth * 2)) |
      ((indexes[index + 7] ?? 0) << (bitWidth * 3));
    view.setInt32(at, low | (high << (bitWidth * 4)), true);
    at += bitWidth;
  }
  target.length = at;
}

function packAny({ indexes, from, to }: IndexRange, bitWidth: number, target: ByteBuffer): void {
  const { bytes } = target;
  let at = target.length;
  let pending = 0;
  let pendingBits = 0;
  for (let index = from; index < to; index += 1) {
    pending |= (indexes[index] ?? 0) << pendingBits;
    pendingBits += bitWidth;
    if (pendingBits >= 16) {
      bytes[at] = pending;
      bytes[at + 1] = pending >>> 8;
      at += 2;
      pending >>>= 16;
      pendingBits -= 16;
    }
  }
  bytes[at] = pending;
  bytes[at + 1] = pending >>> 8;
  target.length = at + 2;
}
