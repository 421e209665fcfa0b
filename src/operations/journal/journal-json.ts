/** A journal's answers for programs: the four questions with their whole lists, and what could not be understood. */
import type { JsonObject } from "../../core/json-value.ts";
import type { EntryFacts, Journal, JournalEntry } from "./journal.ts";
import {
  chunkEvents,
  files,
  finalizing,
  finalOutcome,
  isOpen,
  longestChunkMs,
  parallelismChanges,
  plans,
  planSnapshot,
  qualityIssues,
  quarantined,
  reconciliation,
  retries,
  schemaChanges,
  validation,
  warnings,
} from "./journal-questions.ts";

export function journalJson(journal: Journal): JsonObject {
  return {
    pipeline: planSnapshot(journal)?.pipeline ?? null,
    runs: plans(journal).map(({ runId, atMs, payload }) => ({ runId, atMs, resume: payload.resume })),
    planned: planSnapshot(journal) ?? null,
    happened: {
      files: files(journal),
      chunks: chunkEvents(journal).map(flatten),
      retries: retries(journal),
      longestChunkMs: longestChunkMs(journal) ?? null,
    },
    degraded: {
      quarantined: quarantined(journal),
      quality: qualityIssues(journal),
      schema: schemaChanges(journal),
      warnings: warnings(journal).map((warning) => ({ ...warning })),
      parallelism: parallelismChanges(journal),
    },
    outcome: {
      open: isOpen(journal),
      completed: finalOutcome(journal) ?? null,
      finalizing: finalizing(journal) ?? null,
      validated: validation(journal) ?? null,
      reconciled: reconciliation(journal) ?? null,
    },
    unknown: journal.unknown.map(entryJson),
  };
}

/** One entry, as `journal --json --follow` prints it. */
export function entryJson({ kind, runId, atMs, position, payload }: JournalEntry): JsonObject {
  return { kind, runId, atMs, position, payload };
}

function flatten(entry: { readonly kind: string; readonly payload: JsonObject } & EntryFacts): JsonObject {
  const { kind, runId, atMs, payload } = entry;
  return { kind, runId, atMs, ...payload };
}
