/**
 * When a dictionary pays: its values plus the packed indexes must be clearly smaller than the plain values. Asked after
 * the first values of a chunk, then at growing distances, each time for the chunk as it will probably be, and at the
 * end for what it is; one no ends the attempt for that chunk.
 */

/** Entries of one dictionary: indexes then have at most 16 bits, and a reader's lookups stay in cache. */
export const DICTIONARY_ENTRIES_MAX: number = 1 << 16;

/** Bytes of one dictionary page, plain. */
const DICTIONARY_BYTES_MAX = 1 << 20;

/** Values looked at before the first question. */
export const FIRST_CHECK_VALUES = 2048;

export const NEXT_CHECK_FACTOR = 4;

/** Dictionary and indexes must be at most this share of the plain bytes; compression narrows the gap. */
const SHARE_MAX = 0.75;

export interface DictionaryAttempt {
  readonly entryCount: number;
  readonly entryBytes: number;
  /** values indexed so far, and what they take in PLAIN pages */
  readonly indexedCount: number;
  readonly plainBytes: number;
  /** values of the whole chunk */
  readonly valueCount: number;
}

export function dictionaryPays(attempt: DictionaryAttempt): boolean {
  const { entryCount, indexedCount, valueCount } = attempt;
  if (entryCount > DICTIONARY_ENTRIES_MAX || attempt.entryBytes > DICTIONARY_BYTES_MAX) return false;
  const entries = probableEntries(attempt);
  const entryBytes = (attempt.entryBytes / entryCount) * entries;
  const plainBytes = (attempt.plainBytes / indexedCount) * valueCount;
  return entryBytes + (valueCount * bitWidthOf(entries)) / 8 <= plainBytes * SHARE_MAX;
}

/**
 * Entries of the whole chunk: at most growing on as so far. Of n values drawn evenly from D, n^2 / 2D repeat an earlier
 * one; the repeats seen so far give D. Sorted values look better than they are, which a later question finds out.
 */
function probableEntries({ entryCount, indexedCount, valueCount }: DictionaryAttempt): number {
  const growing = Math.ceil((entryCount * valueCount) / indexedCount);
  const repeats = indexedCount - entryCount;
  if (repeats === 0 || indexedCount === valueCount) return growing;
  return Math.min(growing, Math.max(entryCount, Math.ceil((indexedCount * indexedCount) / (2 * repeats))));
}

/** Bits of an index into a dictionary; at least 1, as some readers refuse 0. */
export function bitWidthOf(entryCount: number): number {
  return Math.max(1, 32 - Math.clz32(entryCount - 1));
}
