/**
 * Decoders of one page's fixed-width values into dense little-endian bytes (nulls take no room). BOOLEAN is one byte a
 * value here. All keep their place between reads and throw when the page holds fewer values than asked for.
 */
import type { DeltaDecoder } from "./delta-decoder.ts";
import { HybridDecoder } from "./hybrid-decoder.ts";
import { pageFault } from "./page-fault.ts";

/** Where dense values go; `words` is the same memory when the width is a multiple of 4. */
export interface DenseValues {
  readonly width: number;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

export function denseValues(width: number, capacity: number): DenseValues {
  const bytes = new Uint8Array(Math.ceil((width * capacity) / 8) * 8);
  return { width, bytes, words: new Int32Array(bytes.buffer) };
}

export interface FixedDecoder {
  /** Writes `count` values from dense index `at`. */
  read(out: DenseValues, at: number, count: number): void;
}

export class PlainFixedDecoder implements FixedDecoder {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  read(out: DenseValues, at: number, count: number): void {
    const length = count * out.width;
    if (length > this.#end - this.#at) throw pageFault("fewer values than the page header says");
    out.bytes.set(this.#bytes.subarray(this.#at, this.#at + length), at * out.width);
    this.#at += length;
  }
}

const INDEXES_AT_ONCE = 2048;

/** Dictionary values are plain bytes, back to back. */
export class DictionaryFixedDecoder implements FixedDecoder {
  readonly #indexes: HybridDecoder;
  readonly #dictionary: DenseValues;
  readonly #dictionaryCount: number;
  readonly #scratch = new Int32Array(INDEXES_AT_ONCE);

  constructor(indexes: HybridDecoder, dictionary: DenseValues, dictionaryCount: number) {
    this.#indexes = indexes;
    this.#dictionary = dictionary;
    this.#dictionaryCount = dictionaryCount;
  }

  read(out: DenseValues, start: number, count: number): void {
    for (let done = 0; done < count; done += INDEXES_AT_ONCE) {
      const take = Math.min(INDEXES_AT_ONCE, count - done);
      this.#indexes.read(this.#scratch, 0, take);
      checkIndexes(this.#scratch, take, this.#dictionaryCount);
      this.#gather(out, start + done, take);
    }
  }

  #gather(out: DenseValues, start: number, count: number): void {
    const indexes = this.#scratch;
    const { width, words, bytes } = this.#dictionary;
    const into = out.words;
    if (width === 4) {
      for (let at = 0; at < count; at += 1) into[start + at] = words[indexes[at] ?? 0] ?? 0;
    } else if (width === 8) {
      for (let at = 0; at < count; at += 1) {
        const from = (indexes[at] ?? 0) * 2;
        into[(start + at) * 2] = words[from] ?? 0;
        into[(start + at) * 2 + 1] = words[from + 1] ?? 0;
      }
    } else {
      for (let at = 0; at < count; at += 1) {
        const from = (indexes[at] ?? 0) * width;
        const to = (start + at) * width;
        for (let index = 0; index < width; index += 1) out.bytes[to + index] = bytes[from + index] ?? 0;
      }
    }
  }
}

export function checkIndexes(indexes: Int32Array, count: number, dictionaryCount: number): void {
  for (let at = 0; at < count; at += 1) {
    const index = indexes[at] ?? 0;
    if (index < 0 || index >= dictionaryCount) throw pageFault("an index beyond the dictionary");
  }
}

export class DeltaFixedDecoder implements FixedDecoder {
  readonly #deltas: DeltaDecoder;

  constructor(deltas: DeltaDecoder) {
    this.#deltas = deltas;
  }

  read(out: DenseValues, at: number, count: number): void {
    this.#deltas.read(out.words, at, count, out.width === 8);
  }
}

/** BYTE_STREAM_SPLIT: the first bytes of all values, then the second bytes, … */
export class SplitFixedDecoder implements FixedDecoder {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #valueCount: number;
  #at = 0;

  constructor(bytes: Uint8Array, start: number, end: number, width: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#valueCount = Math.floor((end - start) / width);
  }

  read(out: DenseValues, at: number, count: number): void {
    if (count > this.#valueCount - this.#at) throw pageFault("fewer values than the page header says");
    const { width, bytes } = out;
    for (let stream = 0; stream < width; stream += 1) {
      const from = this.#start + stream * this.#valueCount + this.#at;
      let to = at * width + stream;
      for (let index = 0; index < count; index += 1) {
        bytes[to] = this.#bytes[from + index] ?? 0;
        to += width;
      }
    }
    this.#at += count;
  }
}

export class PlainBoolDecoder implements FixedDecoder {
  readonly #bytes: Uint8Array;
  readonly #endBit: number;
  #bit: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#bit = start * 8;
    this.#endBit = end * 8;
  }

  read(out: DenseValues, at: number, count: number): void {
    if (count > this.#endBit - this.#bit) throw pageFault("fewer values than the page header says");
    for (let index = 0; index < count; index += 1) {
      const bit = this.#bit + index;
      out.bytes[at + index] = ((this.#bytes[bit >>> 3] ?? 0) >> (bit & 7)) & 1;
    }
    this.#bit += count;
  }
}

export class RunBoolDecoder implements FixedDecoder {
  readonly #runs: HybridDecoder;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#runs = new HybridDecoder(bytes, start + 4, end, 1);
  }

  read(out: DenseValues, at: number, count: number): void {
    this.#runs.read(out.bytes, at, count);
  }
}
