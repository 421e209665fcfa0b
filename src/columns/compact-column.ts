/**
 * The values of a column without its nulls, one after another: what encoders buffer and checksums run over.
 * Each function takes the rows [from, to) of a column and appends to a target the caller made large enough. Targets of
 * fixed values start at a multiple of 4 bytes. Values stay as they are in memory (little-endian).
 */
import { assert } from "../core/errors.ts";
import {
  type BitsColumn,
  type FixedColumn,
  type FixedValues,
  physicalOf,
  type VarlenColumn,
  widthOf,
} from "./column-batch.ts";
import { type BitPosition, copyBits } from "./copy-bits.ts";

/** Rows [from, to) of a column. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** Copies the non-null values of a fixed column to `target`; returns the bytes written. */
export function compactFixed(column: FixedColumn, rows: RowRange, target: Uint8Array): number {
  const width = widthOf(physicalOf(column.type));
  const { validity } = column;
  if (validity === null) {
    const source = bytesOf(column.values).subarray(rows.from * width, rows.to * width);
    target.set(source);
    return source.length;
  }
  if (width === 1) return compact8(bytesOf(column.values), target, { ...rows, validity });
  if (width === 2) return 2 * compact16(halvesOf(column.values), halvesOf(target), { ...rows, validity });
  const words = { ...rows, validity, wordsPerValue: width / 4 };
  return 4 * compact32(wordsOf(column.values), wordsOf(target), words);
}

/** Copies the non-null bits of a bool column to `target`; returns how many. */
export function compactBits(column: BitsColumn, rows: RowRange, target: BitPosition): number {
  const { values, validity } = column;
  if (validity === null) {
    copyBits({ bytes: values, bit: rows.from }, target, rows.to - rows.from);
    return rows.to - rows.from;
  }
  const { bytes } = target;
  let bit = target.bit;
  for (let row = rows.from; row < rows.to; row += 1) {
    if (((validity[row >> 3] ?? 0) & (1 << (row & 7))) === 0) continue;
    const value = ((values[row >> 3] ?? 0) >> (row & 7)) & 1;
    bytes[bit >> 3] = ((bytes[bit >> 3] ?? 0) & ((1 << (bit & 7)) - 1)) | (value << (bit & 7));
    bit += 1;
  }
  return bit - target.bit;
}

/** The bytes of all values of a varlen column, nulls having none: one view, nothing is copied. */
export function varlenBytes(column: VarlenColumn, rows: RowRange): Uint8Array {
  return column.bytes.subarray(column.offsets[rows.from] ?? 0, column.offsets[rows.to] ?? 0);
}

/** Writes the lengths of the non-null values of a varlen column to `target`; returns how many. */
export function compactLengths(column: VarlenColumn, rows: RowRange, target: Int32Array): number {
  const { offsets, validity } = column;
  if (validity !== null) return compactValidLengths(offsets, target, { ...rows, validity });
  let start = offsets[rows.from] ?? 0;
  for (let row = rows.from; row < rows.to; row += 1) {
    const end = offsets[row + 1] ?? 0;
    target[row - rows.from] = end - start;
    start = end;
  }
  return rows.to - rows.from;
}

/** The bytes under any values, without copying. */
export function bytesOf(values: FixedValues): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function halvesOf(values: FixedValues): Int16Array {
  return new Int16Array(values.buffer, values.byteOffset, values.byteLength >> 1);
}

/** 16-byte values may begin anywhere in their buffer; a copy then makes them aligned. */
function wordsOf(values: FixedValues): Int32Array {
  const aligned = (values.byteOffset & 3) === 0 ? values : bytesOf(values).slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2);
}

interface ValidRows extends RowRange {
  readonly validity: Uint8Array;
}

function compactValidLengths(
  offsets: Int32Array,
  target: Int32Array,
  { from, to, validity }: ValidRows,
): number {
  let count = 0;
  for (let row = from; row < to; row += 1) {
    const length = (offsets[row + 1] ?? 0) - (offsets[row] ?? 0);
    if (((validity[row >> 3] ?? 0) & (1 << (row & 7))) !== 0) {
      target[count] = length;
      count += 1;
    } else if (length !== 0) assert(false, `null row ${row} of a varlen column has length 0`);
  }
  return count;
}

function compact8(source: Uint8Array, target: Uint8Array, { from, to, validity }: ValidRows): number {
  let count = 0;
  for (let row = from; row < to; row += 1) {
    if (((validity[row >> 3] ?? 0) & (1 << (row & 7))) === 0) continue;
    target[count] = source[row] ?? 0;
    count += 1;
  }
  return count;
}

function compact16(source: Int16Array, target: Int16Array, { from, to, validity }: ValidRows): number {
  let count = 0;
  for (let row = from; row < to; row += 1) {
    if (((validity[row >> 3] ?? 0) & (1 << (row & 7))) === 0) continue;
    target[count] = source[row] ?? 0;
    count += 1;
  }
  return count;
}

function compact32(
  source: Int32Array,
  target: Int32Array,
  { from, to, validity, wordsPerValue }: ValidRows & { readonly wordsPerValue: number },
): number {
  let count = 0;
  for (let row = from; row < to; row += 1) {
    if (((validity[row >> 3] ?? 0) & (1 << (row & 7))) === 0) continue;
    const base = row * wordsPerValue;
    for (let word = base; word < base + wordsPerValue; word += 1) {
      target[count] = source[word] ?? 0;
      count += 1;
    }
  }
  return count;
}
