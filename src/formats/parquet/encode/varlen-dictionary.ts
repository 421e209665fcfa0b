/**
 * Dictionaries of variable-length values: an open-addressing table over a hash of all bytes of a value, read four at a
 * time. Entries refer to the first appearance of a value in the chunk's own buffer. Building stops, and the chunk is
 * written PLAIN, as soon as the dictionary does not pay (see `dictionary-pays.ts`).
 */
import type { ByteBuffer } from "./byte-buffer.ts";
import {
  DICTIONARY_ENTRIES_MAX,
  type DictionaryAttempt,
  dictionaryPays,
  FIRST_CHECK_VALUES,
  NEXT_CHECK_FACTOR,
} from "./dictionary-pays.ts";
import type { VarlenValueBuffer } from "./varlen-values.ts";

const FIRST_SLOTS = 1 << 10;

/** Probes past occupied slots allowed per value, on average. */
const PROBES_PER_VALUE = 8;

const HASH = 0x9e3779b1;

export class VarlenDictionary {
  /** three words an entry: position, length, hash */
  #entries = new Int32Array(FIRST_SLOTS * 3);
  /** entry number + 1; 0 is free */
  #slots = new Int32Array(FIRST_SLOTS);
  #slotCount = FIRST_SLOTS;
  #entryCount = 0;
  #entryBytes = 0;
  #probesLeft = 0;
  /** byte position of the next value */
  #position = 0;

  get entryCount(): number {
    return this.#entryCount;
  }

  /** Writes each value's entry number to `indexes`; false when the dictionary does not pay. */
  build(values: VarlenValueBuffer, indexes: Int32Array): boolean {
    const { valueCount } = values;
    this.#start(valueCount);
    let at = 0;
    let checkAt = FIRST_CHECK_VALUES;
    while (at < valueCount) {
      at = this.#index(values, { from: at, to: Math.min(valueCount, checkAt) }, indexes);
      if (this.#probesLeft < 0) return false;
      if (this.#entryCount === this.#slotCount >> 1 && !this.#grow()) return false;
      if (at !== checkAt && at !== valueCount) continue;
      if (!dictionaryPays({ ...this.#sizes(at), valueCount })) return false;
      checkAt *= NEXT_CHECK_FACTOR;
    }
    return true;
  }

  /** Position of an entry's bytes in the values' buffer. */
  positionOf(entry: number): number {
    return this.#entries[entry * 3] ?? 0;
  }

  lengthOf(entry: number): number {
    return this.#entries[entry * 3 + 1] ?? 0;
  }

  /** Appends the entries as a PLAIN page holds them. */
  encodePlain(values: VarlenValueBuffer, target: ByteBuffer): void {
    target.reserve(this.#entryBytes + this.#entryCount * 4);
    for (let entry = 0; entry < this.#entryCount; entry += 1) {
      const length = this.lengthOf(entry);
      const position = this.positionOf(entry);
      target.view.setInt32(target.length, length, true);
      target.bytes.set(values.bytes.subarray(position, position + length), target.length + 4);
      target.length += 4 + length;
    }
  }

  #start(valueCount: number): void {
    this.#slotCount = FIRST_SLOTS;
    this.#slots.fill(0, 0, FIRST_SLOTS);
    this.#entryCount = 0;
    this.#entryBytes = 0;
    this.#position = 0;
    this.#probesLeft = valueCount * PROBES_PER_VALUE;
  }

  #sizes(indexedCount: number): Omit<DictionaryAttempt, "valueCount"> {
    const entryCount = this.#entryCount;
    const entryBytes = this.#entryBytes + entryCount * 4;
    return { entryCount, entryBytes, indexedCount, plainBytes: this.#position + indexedCount * 4 };
  }

  /** Indexes values until `to`, a full table or too many probes; returns where it stopped. */
  #index(
    values: VarlenValueBuffer,
    { from, to }: { readonly from: number; readonly to: number },
    indexes: Int32Array,
  ): number {
    const { view, lengths } = values;
    const slots = this.#slots;
    const entries = this.#entries;
    const mask = this.#slotCount - 1;
    const shift = Math.clz32(mask);
    const limit = this.#slotCount >> 1;
    let position = this.#position;
    let at = from;
    for (; at < to && this.#entryCount < limit && this.#probesLeft >= 0; at += 1) {
      const length = lengths[at] ?? 0;
      const hash = hashBytes(view, position, length);
      let slot = hash >>> shift;
      let entry = slots[slot] ?? 0;
      while (
        entry !== 0 &&
        (entries[entry * 3 - 1] !== hash ||
          entries[entry * 3 - 2] !== length ||
          !equalBytes(view, position, entries[entry * 3 - 3] ?? 0, length))
      ) {
        slot = (slot + 1) & mask;
        entry = slots[slot] ?? 0;
        this.#probesLeft -= 1;
      }
      if (entry === 0) {
        entry = this.#add(position, length, hash);
        slots[slot] = entry;
      }
      indexes[at] = entry - 1;
      position += length;
    }
    this.#position = position;
    return at;
  }

  /** Returns the entry's number + 1. */
  #add(position: number, length: number, hash: number): number {
    const base = this.#entryCount * 3;
    this.#entries[base] = position;
    this.#entries[base + 1] = length;
    this.#entries[base + 2] = hash;
    this.#entryCount += 1;
    this.#entryBytes += length;
    return this.#entryCount;
  }

  /** Doubles the table and places every entry again; false at the limit of entries. */
  #grow(): boolean {
    const slotCount = this.#slotCount * 2;
    if (this.#slotCount >> 1 >= DICTIONARY_ENTRIES_MAX) return false;
    if (slotCount > this.#slots.length) {
      this.#slots = new Int32Array(slotCount);
      const entries = new Int32Array(slotCount * 3);
      entries.set(this.#entries);
      this.#entries = entries;
    } else this.#slots.fill(0, 0, slotCount);
    this.#slotCount = slotCount;
    const shift = Math.clz32(slotCount - 1);
    for (let entry = 0; entry < this.#entryCount; entry += 1) {
      let slot = (this.#entries[entry * 3 + 2] ?? 0) >>> shift;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (slotCount - 1);
      this.#slots[slot] = entry + 1;
    }
    return true;
  }
}

/** The last word overlaps the one before it, so that no bytes are left over. */
function hashBytes(view: DataView, position: number, length: number): number {
  let hash = Math.imul(length + 1, HASH);
  if (length < 4) return mix(hash, shortWord(view, position, length));
  const last = position + length - 4;
  for (let at = position; at < last; at += 4) hash = mix(hash, view.getInt32(at, true));
  return mix(hash, view.getInt32(last, true));
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, HASH);
  return mixed ^ (mixed >>> 15);
}

function equalBytes(view: DataView, left: number, right: number, length: number): boolean {
  if (length < 4) return shortWord(view, left, length) === shortWord(view, right, length);
  const last = length - 4;
  for (let offset = 0; offset < last; offset += 4)
    if (view.getInt32(left + offset, true) !== view.getInt32(right + offset, true)) return false;
  return view.getInt32(left + last, true) === view.getInt32(right + last, true);
}

/** Up to three bytes as one word; what is read behind them (the buffer has the slack) is masked out. */
function shortWord(view: DataView, position: number, length: number): number {
  return view.getInt32(position, true) & ((1 << (length * 8)) - 1);
}
