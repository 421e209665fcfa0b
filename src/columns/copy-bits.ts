/**
 * Bitmaps, least significant bit first: copying a stretch of one to any bit position of another, and counting ones.
 * A written stretch leaves the rest of its last byte zero, so that bytes depend on the bits alone.
 */

export interface BitPosition {
  readonly bytes: Uint8Array;
  readonly bit: number;
}

/** Appends `count` bits of `source` at `target`; what `target` holds from its bit on is overwritten. */
export function copyBits(source: BitPosition, target: BitPosition, count: number): void {
  const headCount = Math.min(count, (8 - (target.bit & 7)) & 7);
  for (let index = 0; index < headCount; index += 1) putBit(target, index, bitAt(source, index));
  if (count > headCount) copyToByte(source, target, { from: headCount, count: count - headCount });
}

/** Ones among the bits [from, to). */
export function countOnes(bytes: Uint8Array, from: number, to: number): number {
  let bit = from;
  let ones = 0;
  for (; bit < to && (bit & 7) !== 0; bit += 1) ones += ((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1;
  for (; bit + 8 <= to; bit += 8) ones += ONES_OF_BYTE[bytes[bit >> 3] ?? 0] ?? 0;
  for (; bit < to; bit += 1) ones += ((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1;
  return ones;
}

function bitAt(position: BitPosition, index: number): number {
  const bit = position.bit + index;
  return ((position.bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1;
}

/** Sets one bit and clears what follows it in its byte. */
function putBit(position: BitPosition, index: number, value: number): void {
  const bit = position.bit + index;
  const kept = (position.bytes[bit >> 3] ?? 0) & ((1 << (bit & 7)) - 1);
  position.bytes[bit >> 3] = kept | (value << (bit & 7));
}

function copyToByte(
  source: BitPosition,
  target: BitPosition,
  span: { readonly from: number; readonly count: number },
): void {
  const byteCount = (span.count + 7) >> 3;
  const start = (target.bit + span.from) >> 3;
  const bit = source.bit + span.from;
  const first = bit >> 3;
  const shift = bit & 7;
  if (shift === 0) target.bytes.set(source.bytes.subarray(first, first + byteCount), start);
  else shiftBytes(source.bytes.subarray(first), target.bytes.subarray(start, start + byteCount), shift);
  const rest = span.count & 7;
  const last = start + byteCount - 1;
  if (rest !== 0) target.bytes[last] = (target.bytes[last] ?? 0) & ((1 << rest) - 1);
}

function shiftBytes(source: Uint8Array, target: Uint8Array, shift: number): void {
  const up = 8 - shift;
  for (let index = 0; index < target.length; index += 1)
    target[index] = ((source[index] ?? 0) >> shift) | ((source[index + 1] ?? 0) << up);
}

const ONES_OF_BYTE: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0;
  for (let rest = byte; rest !== 0; rest >>= 1) ones += rest & 1;
  return ones;
});
