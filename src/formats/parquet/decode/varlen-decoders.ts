/**
 * Decoders of one page's BYTE_ARRAY values. `fit` tells beforehand how many of the next values a batch can take within a
 * budget of bytes, so that memory is bounded whatever a page holds; `read` copies them. A value larger than
 * `valueBytesMax` is passed over: it is noted as oversize and stands as an empty value.
 */
import type { DeltaDecoder } from "./delta-decoder.ts";
import { checkIndexes } from "./fixed-decoders.ts";
import type { HybridDecoder } from "./hybrid-decoder.ts";
import { pageFault } from "./page-fault.ts";

export interface OversizeValue {
  /** dense index within the batch */
  readonly at: number;
  readonly bytes: number;
}

/** Dense values of the batch under construction; grows, is reused. */
export class DenseVarlen {
  offsets: Int32Array;
  bytes: Uint8Array = new Uint8Array(64 * 1024);
  count = 0;
  readonly oversize: OversizeValue[] = [];
  readonly #valueBytesMax: number;

  constructor(capacity: number, valueBytesMax: number) {
    this.offsets = new Int32Array(capacity + 1);
    this.#valueBytesMax = valueBytesMax;
  }

  reset(): void {
    this.count = 0;
    this.oversize.length = 0;
  }

  append(from: Uint8Array, start: number, end: number): void {
    let length = end - start;
    const used = this.offsets[this.count] ?? 0;
    if (length > this.#valueBytesMax) {
      this.oversize.push({ at: this.count, bytes: length });
      length = 0;
    }
    if (used + length > this.bytes.length) this.#grow(used + length);
    const into = this.bytes;
    if (length < 40)
      for (let index = 0; index < length; index += 1) into[used + index] = from[start + index] ?? 0;
    else into.set(from.subarray(start, end), used);
    this.count += 1;
    this.offsets[this.count] = used + length;
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}

export interface VarlenDecoder {
  /** How many of the next `count` values take at most `budget` bytes; at least 1. */
  fit(count: number, budget: number): number;
  read(out: DenseVarlen, count: number): void;
}

/** Values each behind a 4-byte length. */
export class PlainVarlenDecoder implements VarlenDecoder {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  fit(count: number, budget: number): number {
    let at = this.#at;
    const limit = at + budget;
    for (let index = 0; index < count && at + 4 <= this.#end; index += 1) {
      at += 4 + this.#length(at);
      if (at > limit) return Math.max(1, index);
    }
    return count;
  }

  read(out: DenseVarlen, count: number): void {
    for (let index = 0; index < count; index += 1) {
      if (this.#end - this.#at < 4) throw pageFault("fewer values than the page header says");
      const length = this.#length(this.#at);
      const start = this.#at + 4;
      if (length > this.#end - start) throw pageFault("a value runs over the page");
      out.append(this.#bytes, start, start + length);
      this.#at = start + length;
    }
  }

  #length(at: number): number {
    const bytes = this.#bytes;
    const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    return low + (bytes[at + 3] ?? 0) * 16_777_216;
  }
}

export interface VarlenDictionary {
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly longest: number;
}

/** Reads a dictionary page of plain values; `valueBytesMax` does not apply: the page is held anyway. */
export function varlenDictionary(bytes: Uint8Array, count: number): VarlenDictionary {
  if (count < 0 || count * 4 > bytes.length)
    throw pageFault("a dictionary that is shorter than its header says");
  const values = new DenseVarlen(count, Number.POSITIVE_INFINITY);
  new PlainVarlenDecoder(bytes, 0, bytes.length).read(values, count);
  let longest = 0;
  for (let index = 0; index < count; index += 1)
    longest = Math.max(longest, (values.offsets[index + 1] ?? 0) - (values.offsets[index] ?? 0));
  return { offsets: values.offsets, bytes: values.bytes, count, longest };
}

const INDEXES_AT_ONCE = 2048;

export class DictionaryVarlenDecoder implements VarlenDecoder {
  readonly #indexes: HybridDecoder;
  readonly #dictionary: VarlenDictionary;
  readonly #scratch = new Int32Array(INDEXES_AT_ONCE);

  constructor(indexes: HybridDecoder, dictionary: VarlenDictionary) {
    this.#indexes = indexes;
    this.#dictionary = dictionary;
  }

  fit(count: number, budget: number): number {
    return Math.max(1, Math.min(count, Math.floor(budget / Math.max(1, this.#dictionary.longest))));
  }

  read(out: DenseVarlen, count: number): void {
    const { offsets, bytes } = this.#dictionary;
    const indexes = this.#scratch;
    for (let done = 0; done < count; done += INDEXES_AT_ONCE) {
      const take = Math.min(INDEXES_AT_ONCE, count - done);
      this.#indexes.read(indexes, 0, take);
      checkIndexes(indexes, take, this.#dictionary.count);
      for (let at = 0; at < take; at += 1) {
        const index = indexes[at] ?? 0;
        out.append(bytes, offsets[index] ?? 0, offsets[index + 1] ?? 0);
      }
    }
  }
}

/** Lengths of a delta-encoded page, read whole. */
export function readLengths(deltas: DeltaDecoder, pageBytes: number): Int32Array {
  if (deltas.valueCount > LENGTHS_MAX) throw pageFault("too many values in one page");
  const lengths = new Int32Array(deltas.valueCount);
  deltas.read(lengths, 0, lengths.length, false);
  for (const length of lengths)
    if (length < 0 || length > pageBytes) throw pageFault("a value runs over the page");
  return lengths;
}

/** 64 MiB of lengths: far beyond real pages, small enough to hold. */
const LENGTHS_MAX = 16 * 1024 * 1024;

/** DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes. */
export class LengthsVarlenDecoder implements VarlenDecoder {
  readonly #bytes: Uint8Array;
  readonly #lengths: Int32Array;
  readonly #end: number;
  #at: number;
  #index = 0;

  constructor(lengths: Int32Array, bytes: Uint8Array, start: number, end: number) {
    this.#lengths = lengths;
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  fit(count: number, budget: number): number {
    return fitLengths(this.#lengths, { from: this.#index, count, budget });
  }

  read(out: DenseVarlen, count: number): void {
    if (count > this.#lengths.length - this.#index) throw pageFault("fewer values than the page header says");
    for (let index = 0; index < count; index += 1) {
      const length = this.#lengths[this.#index++] ?? 0;
      if (length > this.#end - this.#at) throw pageFault("a value runs over the page");
      out.append(this.#bytes, this.#at, this.#at + length);
      this.#at += length;
    }
  }
}

function fitLengths(
  lengths: Int32Array,
  { from, count, budget }: { readonly from: number; readonly count: number; readonly budget: number },
): number {
  let total = 0;
  for (let index = 0; index < count && from + index < lengths.length; index += 1) {
    total += lengths[from + index] ?? 0;
    if (total > budget) return Math.max(1, index);
  }
  return count;
}

/** DELTA_BYTE_ARRAY: each value is a prefix of the one before and a suffix of its own. */
export class PrefixVarlenDecoder implements VarlenDecoder {
  readonly #prefixes: Int32Array;
  readonly #suffixes: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  #index = 0;
  #value: Uint8Array = new Uint8Array(256);
  #length = 0;

  constructor(
    lengths: { readonly prefixes: Int32Array; readonly suffixes: Int32Array },
    bytes: Uint8Array,
    start: number,
    end: number,
  ) {
    this.#prefixes = lengths.prefixes;
    this.#suffixes = lengths.suffixes;
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  fit(count: number, budget: number): number {
    let total = 0;
    for (let index = 0; index < count && this.#index + index < this.#prefixes.length; index += 1) {
      total += (this.#prefixes[this.#index + index] ?? 0) + (this.#suffixes[this.#index + index] ?? 0);
      if (total > budget) return Math.max(1, index);
    }
    return count;
  }

  read(out: DenseVarlen, count: number): void {
    if (count > this.#prefixes.length - this.#index)
      throw pageFault("fewer values than the page header says");
    for (let index = 0; index < count; index += 1) {
      this.#next();
      out.append(this.#value, 0, this.#length);
    }
  }

  #next(): void {
    const prefix = this.#prefixes[this.#index] ?? 0;
    const suffix = this.#suffixes[this.#index] ?? 0;
    this.#index += 1;
    if (prefix > this.#length) throw pageFault("a prefix longer than the value before");
    if (suffix > this.#end - this.#at) throw pageFault("a value runs over the page");
    if (prefix + suffix > this.#value.length) {
      const grown = new Uint8Array((prefix + suffix) * 2);
      grown.set(this.#value);
      this.#value = grown;
    }
    this.#value.set(this.#bytes.subarray(this.#at, this.#at + suffix), prefix);
    this.#at += suffix;
    this.#length = prefix + suffix;
  }
}
