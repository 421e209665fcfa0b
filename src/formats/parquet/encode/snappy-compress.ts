/**
 * Snappy's raw block format (as Parquet's SNAPPY codec means it): the length of the input, then literals and copies.
 * Input is taken in fragments of 64 KiB, matches are found through a hash of four bytes and never leave a fragment.
 */
import type { ByteBuffer } from "./byte-buffer.ts";

const FRAGMENT_BYTES = 1 << 16;
const HASH_BITS = 14;
const HASH = 0x1e35a7bd;

/** Matches are not looked for in the last bytes of a fragment, so that reading four bytes stays inside it. */
const MARGIN_BYTES = 15;

/** positions within the fragment, by hash */
const table = new Uint16Array(1 << HASH_BITS);

/** Appends the compressed form of `input` to `output`. */
export function compressSnappy(input: Uint8Array, output: ByteBuffer): void {
  output.appendVarint(input.length);
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  for (let start = 0; start < input.length; start += FRAGMENT_BYTES) {
    const end = Math.min(start + FRAGMENT_BYTES, input.length);
    output.reserve(32 + (end - start) + Math.ceil((end - start) / 6));
    compressFragment({ input, view, start, end }, output);
  }
}

interface Fragment {
  readonly input: Uint8Array;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

function compressFragment(fragment: Fragment, output: ByteBuffer): void {
  const { input, view, start, end } = fragment;
  const limit = end - MARGIN_BYTES;
  table.fill(0);
  let literalFrom = start;
  let at = start + 1;
  let misses = 32;
  while (at < limit) {
    const word = view.getInt32(at, true);
    const slot = Math.imul(word, HASH) >>> (32 - HASH_BITS);
    const candidate = start + (table[slot] ?? 0);
    table[slot] = at - start;
    if (view.getInt32(candidate, true) !== word) {
      at += misses >>> 5;
      misses += 1;
      continue;
    }
    misses = 32;
    if (literalFrom < at) writeLiteral(input.subarray(literalFrom, at), output);
    const length = matchLength(view, { left: candidate, right: at, end });
    writeCopies({ offset: at - candidate, length }, output);
    at += length;
    literalFrom = at;
    if (at < limit) table[Math.imul(view.getInt32(at - 1, true), HASH) >>> (32 - HASH_BITS)] = at - 1 - start;
  }
  if (literalFrom < end) writeLiteral(input.subarray(literalFrom, end), output);
}

function matchLength(view: DataView, span: { left: number; right: number; end: number }): number {
  const { left, right, end } = span;
  let length = 4;
  while (
    right + length + 4 <= end &&
    view.getInt32(left + length, true) === view.getInt32(right + length, true)
  )
    length += 4;
  while (right + length < end && view.getUint8(left + length) === view.getUint8(right + length)) length += 1;
  return length;
}

function writeLiteral(bytes: Uint8Array, output: ByteBuffer): void {
  const last = bytes.length - 1;
  if (last < 60) output.appendByte(last << 2);
  else if (last < 256) {
    output.appendByte(60 << 2);
    output.appendByte(last);
  } else {
    output.appendByte(61 << 2);
    output.appendByte(last & 0xff);
    output.appendByte(last >> 8);
  }
  output.append(bytes);
}

function writeCopies({ offset, length }: { offset: number; length: number }, output: ByteBuffer): void {
  let rest = length;
  for (; rest >= 68; rest -= 64) writeCopy(offset, 64, output);
  if (rest > 64) {
    writeCopy(offset, 60, output);
    rest -= 60;
  }
  writeCopy(offset, rest, output);
}

function writeCopy(offset: number, length: number, output: ByteBuffer): void {
  if (length < 12 && offset < 2048) {
    output.appendByte(((offset >> 8) << 5) | ((length - 4) << 2) | 1);
    output.appendByte(offset & 0xff);
    return;
  }
  output.appendByte(((length - 1) << 2) | 2);
  output.appendByte(offset & 0xff);
  output.appendByte(offset >> 8);
}
