/**
 * Dictionaries of 4-, 8- and 16-byte values: an open-addressing table from value to the order of its first appearance.
 * Building stops, and the chunk is written PLAIN, as soon as the dictionary does not pay: it holds too many values, too
 * many bytes, or the hash collides too often (crafted values). The outcome depends on the values alone.
 */
import {
  DICTIONARY_ENTRIES_MAX,
  type DictionaryAttempt,
  dictionaryPays,
  FIRST_CHECK_VALUES,
  NEXT_CHECK_FACTOR,
} from "./dictionary-pays.ts";

const FIRST_SLOTS = 1 << 12;

/** Probes past occupied slots allowed per value, on average. */
const PROBES_PER_VALUE = 8;

const HASH = 0x9e3779b1;
const HASH_HIGH = 0x85ebca6b;

export interface FixedValuesOf {
  readonly words: Int32Array;
  readonly valueCount: number;
  readonly wordsPerValue: 1 | 2 | 4;
}

export class FixedDictionary {
  /** the values, in order of first appearance */
  #entries = new Int32Array(FIRST_SLOTS * 4);
  /** entry number + 1; 0 is free */
  #slots = new Int32Array(FIRST_SLOTS);
  #slotCount = FIRST_SLOTS;
  #entryCount = 0;
  #probesLeft = 0;

  get entryCount(): number {
    return this.#entryCount;
  }

  get entryWords(): Int32Array {
    return this.#entries;
  }

  /** Writes each value's entry number to `indexes`; false when the dictionary does not pay. */
  build(values: FixedValuesOf, indexes: Int32Array): boolean {
    const { valueCount, wordsPerValue } = values;
    this.#start(valueCount);
    let at = 0;
    let checkAt = FIRST_CHECK_VALUES;
    while (at < valueCount) {
      at = this.#index(values, { from: at, to: Math.min(valueCount, checkAt) }, indexes);
      if (this.#probesLeft < 0) return false;
      if (this.#entryCount === this.#slotCount >> 1 && !this.#grow(wordsPerValue)) return false;
      if (at !== checkAt && at !== valueCount) continue;
      if (!dictionaryPays({ ...this.#sizes(wordsPerValue, at), valueCount })) return false;
      checkAt *= NEXT_CHECK_FACTOR;
    }
    return true;
  }

  #sizes(wordsPerValue: number, indexedCount: number): Omit<DictionaryAttempt, "valueCount"> {
    const width = wordsPerValue * 4;
    const entryCount = this.#entryCount;
    return { entryCount, entryBytes: entryCount * width, indexedCount, plainBytes: indexedCount * width };
  }

  #start(valueCount: number): void {
    this.#slotCount = FIRST_SLOTS;
    this.#slots.fill(0, 0, FIRST_SLOTS);
    this.#entryCount = 0;
    this.#probesLeft = valueCount * PROBES_PER_VALUE;
  }

  /** Indexes values until `to`, a full table or too many probes; returns where it stopped. */
  #index(values: FixedValuesOf, span: { from: number; to: number }, indexes: Int32Array): number {
    switch (values.wordsPerValue) {
      case 1:
        return this.#index1(values.words, span, indexes);
      case 2:
        return this.#index2(values.words, span, indexes);
      case 4:
        return this.#index4(values.words, span, indexes);
    }
  }

  #index1(words: Int32Array, { from, to }: { from: number; to: number }, indexes: Int32Array): number {
    const slots = this.#slots;
    const entries = this.#entries;
    const mask = this.#slotCount - 1;
    const shift = Math.clz32(mask);
    const limit = this.#slotCount >> 1;
    let count = this.#entryCount;
    let probes = this.#probesLeft;
    let at = from;
    for (; at < to && count < limit && probes >= 0; at += 1) {
      const word = words[at] ?? 0;
      let slot = Math.imul(word, HASH) >>> shift;
      let entry = slots[slot] ?? 0;
      while (entry !== 0 && entries[entry - 1] !== word) {
        slot = (slot + 1) & mask;
        entry = slots[slot] ?? 0;
        probes -= 1;
      }
      if (entry === 0) {
        entries[count] = word;
        count += 1;
        entry = count;
        slots[slot] = entry;
      }
      indexes[at] = entry - 1;
    }
    this.#entryCount = count;
    this.#probesLeft = probes;
    return at;
  }

  #index2(words: Int32Array, { from, to }: { from: number; to: number }, indexes: Int32Array): number {
    const slots = this.#slots;
    const entries = this.#entries;
    const mask = this.#slotCount - 1;
    const shift = Math.clz32(mask);
    const limit = this.#slotCount >> 1;
    let count = this.#entryCount;
    let probes = this.#probesLeft;
    let at = from;
    for (; at < to && count < limit && probes >= 0; at += 1) {
      const low = words[at * 2] ?? 0;
      const high = words[at * 2 + 1] ?? 0;
      let slot = hash2(low, high) >>> shift;
      let entry = slots[slot] ?? 0;
      while (entry !== 0 && (entries[entry * 2 - 2] !== low || entries[entry * 2 - 1] !== high)) {
        slot = (slot + 1) & mask;
        entry = slots[slot] ?? 0;
        probes -= 1;
      }
      if (entry === 0) {
        entries[count * 2] = low;
        entries[count * 2 + 1] = high;
        count += 1;
        entry = count;
        slots[slot] = entry;
      }
      indexes[at] = entry - 1;
    }
    this.#entryCount = count;
    this.#probesLeft = probes;
    return at;
  }

  #index4(words: Int32Array, { from, to }: { from: number; to: number }, indexes: Int32Array): number {
    const slots = this.#slots;
    const entries = this.#entries;
    const mask = this.#slotCount - 1;
    const shift = Math.clz32(mask);
    const limit = this.#slotCount >> 1;
    let count = this.#entryCount;
    let probes = this.#probesLeft;
    let at = from;
    for (; at < to && count < limit && probes >= 0; at += 1) {
      let slot = hash4(words, at * 4) >>> shift;
      let entry = slots[slot] ?? 0;
      while (entry !== 0 && !equal4(words, at * 4, entries, entry * 4 - 4)) {
        slot = (slot + 1) & mask;
        entry = slots[slot] ?? 0;
        probes -= 1;
      }
      if (entry === 0) {
        for (let word = 0; word < 4; word += 1) entries[count * 4 + word] = words[at * 4 + word] ?? 0;
        count += 1;
        entry = count;
        slots[slot] = entry;
      }
      indexes[at] = entry - 1;
    }
    this.#entryCount = count;
    this.#probesLeft = probes;
    return at;
  }

  /** Doubles the table and places every entry again; false at the limit of entries. */
  #grow(wordsPerValue: 1 | 2 | 4): boolean {
    const slotCount = this.#slotCount * 2;
    if (this.#slotCount >> 1 >= DICTIONARY_ENTRIES_MAX) return false;
    if (slotCount > this.#slots.length) {
      this.#slots = new Int32Array(slotCount);
      const entries = new Int32Array(slotCount * 4);
      entries.set(this.#entries);
      this.#entries = entries;
    } else this.#slots.fill(0, 0, slotCount);
    this.#slotCount = slotCount;
    const shift = Math.clz32(slotCount - 1);
    for (let entry = 0; entry < this.#entryCount; entry += 1) {
      let slot = hashOf(this.#entries, entry, wordsPerValue) >>> shift;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (slotCount - 1);
      this.#slots[slot] = entry + 1;
    }
    return true;
  }
}

function hashOf(words: Int32Array, index: number, wordsPerValue: 1 | 2 | 4): number {
  if (wordsPerValue === 1) return Math.imul(words[index] ?? 0, HASH);
  if (wordsPerValue === 2) return hash2(words[index * 2] ?? 0, words[index * 2 + 1] ?? 0);
  return hash4(words, index * 4);
}

function hash2(low: number, high: number): number {
  return Math.imul(low ^ Math.imul(high, HASH_HIGH), HASH);
}

function hash4(words: Int32Array, at: number): number {
  const front = hash2(words[at] ?? 0, words[at + 1] ?? 0);
  const back = hash2(words[at + 2] ?? 0, words[at + 3] ?? 0);
  return Math.imul(front ^ (front >>> 15) ^ Math.imul(back, HASH_HIGH), HASH);
}

function equal4(left: Int32Array, at: number, right: Int32Array, from: number): boolean {
  return (
    left[at] === right[from] &&
    left[at + 1] === right[from + 1] &&
    left[at + 2] === right[from + 2] &&
    left[at + 3] === right[from + 3]
  );
}
