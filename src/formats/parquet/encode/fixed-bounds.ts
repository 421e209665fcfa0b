/**
 * Smallest and largest of fixed-width values in Parquet's order: integers signed or unsigned, floats without NaN and
 * with zeros widened to -0 and +0, 16-byte values big-endian and signed (decimal) or unsigned (uuid).
 */
import { swapBytes } from "./fixed-values.ts";
import type { ParquetColumn } from "./schema.ts";
import { type Bounds, NO_BOUNDS } from "./statistics.ts";

/** Positions of the smallest and the largest value. */
interface Extremes {
  readonly min: number;
  readonly max: number;
}

const SIGN_BIT = -0x80000000;

/** Bounds of the first `count` values of `words`. */
export function fixedBounds(column: ParquetColumn, words: Int32Array, count: number): Bounds {
  if (count === 0) return NO_BOUNDS;
  if (column.physical === "FLOAT")
    return floatBounds(new Float32Array(words.buffer, words.byteOffset, count), Float32Array);
  if (column.physical === "DOUBLE")
    return floatBounds(new Float64Array(words.buffer, words.byteOffset, count), Float64Array);
  const { min, max } = extremesOf(column, words, count);
  return { min: boundAt(words, min, column.valueBytes), max: boundAt(words, max, column.valueBytes) };
}

/** Bounds of a bool column from its counts. */
export function boolBounds(valueCount: number, trueCount: number): Bounds {
  if (valueCount === 0) return NO_BOUNDS;
  return {
    min: { bytes: Uint8Array.of(trueCount === valueCount ? 1 : 0), exact: true },
    max: { bytes: Uint8Array.of(trueCount === 0 ? 0 : 1), exact: true },
  };
}

function boundAt(words: Int32Array, index: number, valueBytes: number): Bounds["min"] {
  const bytes = new Uint8Array(words.buffer, words.byteOffset + index * valueBytes, valueBytes).slice();
  return { bytes, exact: true };
}

/** In integer types `flip` turns the unsigned order into the signed one that words compare in. */
function extremesOf({ physical, signed }: ParquetColumn, words: Int32Array, count: number): Extremes {
  const flip = signed ? 0 : SIGN_BIT;
  if (physical === "INT32") return extremes32(words, count, flip);
  if (physical === "INT64") return extremes64(words, count, flip);
  return extremes128(words, count, flip);
}

function extremes32(words: Int32Array, count: number, flip: number): Extremes {
  let min = 0;
  let max = 0;
  let least = (words[0] ?? 0) ^ flip;
  let most = least;
  for (let index = 1; index < count; index += 1) {
    const word = (words[index] ?? 0) ^ flip;
    if (word < least) {
      least = word;
      min = index;
    } else if (word > most) {
      most = word;
      max = index;
    }
  }
  return { min, max };
}

function extremes64(words: Int32Array, count: number, flip: number): Extremes {
  let min = 0;
  let max = 0;
  let leastLow = (words[0] ?? 0) ^ SIGN_BIT;
  let leastHigh = (words[1] ?? 0) ^ flip;
  let mostLow = leastLow;
  let mostHigh = leastHigh;
  for (let index = 1; index < count; index += 1) {
    const low = (words[index * 2] ?? 0) ^ SIGN_BIT;
    const high = (words[index * 2 + 1] ?? 0) ^ flip;
    if (high < leastHigh || (high === leastHigh && low < leastLow)) {
      leastLow = low;
      leastHigh = high;
      min = index;
    } else if (high > mostHigh || (high === mostHigh && low > mostLow)) {
      mostLow = low;
      mostHigh = high;
      max = index;
    }
  }
  return { min, max };
}

function extremes128(words: Int32Array, count: number, flip: number): Extremes {
  let min = 0;
  let max = 0;
  for (let index = 1; index < count; index += 1) {
    if (compare128(words, { left: index, right: min }, flip) < 0) min = index;
    else if (compare128(words, { left: index, right: max }, flip) > 0) max = index;
  }
  return { min, max };
}

/** Compares two big-endian values; `flip` concerns the first word alone. */
function compare128(words: Int32Array, at: { left: number; right: number }, flip: number): number {
  for (let word = 0; word < 4; word += 1) {
    const turn = word === 0 ? flip : SIGN_BIT;
    const left = swapBytes(words[at.left * 4 + word] ?? 0) ^ turn;
    const right = swapBytes(words[at.right * 4 + word] ?? 0) ^ turn;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function floatBounds(
  values: Float32Array | Float64Array,
  Container: typeof Float32Array | typeof Float64Array,
): Bounds {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least > most) return NO_BOUNDS;
  const ends = Container.of(least === 0 ? -0 : least, most === 0 ? 0 : most);
  const bytes = new Uint8Array(ends.buffer);
  const { BYTES_PER_ELEMENT: width } = Container;
  return {
    min: { bytes: bytes.slice(0, width), exact: true },
    max: { bytes: bytes.slice(width), exact: true },
  };
}
