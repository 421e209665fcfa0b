/** One entry in one line, for `journal --follow` and for what could not be understood: when, what, and the facts that matter. */
import { describeEvent } from "./describe-event.ts";
import { isKnown, type JournalEntry } from "./journal.ts";
import { plainText } from "./plain-text.ts";

export function renderEntry(entry: JournalEntry): string {
  const facts = isKnown(entry) ? describeEvent(entry) : JSON.stringify(entry.payload);
  return `${formatInstant(entry.atMs)}  ${plainText(entry.kind)}  ${plainText(facts)}`;
}

/** `2026-11-20T10:00:00.000Z`; the number itself where a calendar has no such day. */
export function formatInstant(atMs: number): string {
  const instant = new Date(atMs);
  return Number.isNaN(instant.getTime()) ? String(atMs) : instant.toISOString();
}
