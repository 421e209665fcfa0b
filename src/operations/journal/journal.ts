/**
 * The journal of a run and of the chain it belongs to: its events in the order in which they were appended, each with its
 * true time. A value: appending makes a new one. Entries of kinds (or shapes) that this version does not know are kept
 * apart, to be shown, never dropped. What is asked of a journal stands in `journal-questions.ts`.
 */
import type { JsonObject } from "../../core/json-value.ts";
import type { JournalEvent } from "../../pipeline/journal-events.ts";
import { isJournalEvent } from "./journal-shapes.ts";

/** Where and when an entry was written. */
export interface EntryFacts {
  readonly runId: string;
  /** epoch ms */
  readonly atMs: number;
  /** in the ledger */
  readonly position: number;
}

export interface JournalEntry extends EntryFacts {
  readonly kind: string;
  readonly payload: JsonObject;
}

export type KnownEntry = JournalEvent & EntryFacts;

export interface Journal {
  readonly entries: readonly JournalEntry[];
  /** the entries that can be understood, in the same order */
  readonly known: readonly KnownEntry[];
  /** the other ones */
  readonly unknown: readonly JournalEntry[];
}

export const EMPTY_JOURNAL: Journal = { entries: [], known: [], unknown: [] };

/** O(length of the whole): append many at once. */
export function appendEntries(journal: Journal, entries: readonly JournalEntry[]): Journal {
  return {
    entries: [...journal.entries, ...entries],
    known: [...journal.known, ...entries.filter(isKnown)],
    unknown: [...journal.unknown, ...entries.filter((entry) => !isKnown(entry))],
  };
}

export function isKnown(entry: JournalEntry): entry is KnownEntry {
  return isJournalEvent(entry);
}
