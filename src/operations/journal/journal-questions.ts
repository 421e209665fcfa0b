/**
 * The four questions a journal answers, as pure folds: what was planned, what happened, what degraded, what was the
 * outcome. Lists keep the order of the journal; an answer that is not there yet is undefined, never a bogus zero.
 */
import type {
  FileWritten,
  JournalEvent,
  JournalKind,
  OutputValidated,
  ParallelismAdjusted,
  QualityFailed,
  RecordsQuarantined,
  RetryAttempted,
  RunCompleted,
  RunFinalizing,
  RunPlanned,
  SchemaChanged,
  SourceReconciled,
} from "../../pipeline/journal-events.ts";
import type { EntryFacts, Journal, JournalEntry, KnownEntry } from "./journal.ts";

type Payloads = { readonly [E in JournalEvent as E["kind"]]: E["payload"] };

interface EntryOf<K extends JournalKind> extends EntryFacts {
  readonly kind: K;
  readonly payload: Payloads[K];
}

export type ChunkEvent = Extract<KnownEntry, { readonly kind: `chunk.${string}` }>;

/** A warning of the plan (its rule says what it is about) or of the run (its context does). */
export interface JournalWarning {
  readonly from: "plan" | "run";
  readonly level: "warning" | "degraded";
  readonly about: string;
  readonly message: string;
}

/** The first plan: that of the chain's root run. */
export function planSnapshot(journal: Journal): RunPlanned | undefined {
  return payloadsOf(journal, "run.planned")[0];
}

/** Every plan of the chain: the root run's, then those of the runs that went on with it. */
export function plans(journal: Journal): readonly EntryOf<"run.planned">[] {
  return entriesOf(journal, "run.planned");
}

export function files(journal: Journal): readonly FileWritten[] {
  return payloadsOf(journal, "file.written");
}

export function retries(journal: Journal): readonly RetryAttempted[] {
  return payloadsOf(journal, "retry.attempted");
}

export function chunkEvents(journal: Journal): readonly ChunkEvent[] {
  return journal.known.filter((entry): entry is ChunkEvent => entry.kind.startsWith("chunk."));
}

/**
 * Longest time from a chunk's start to its completion. Pairs by chunk, whatever stands between; a chunk that was started
 * again pairs with its latest start; a gap that is negative (the clock was set back) does not count.
 */
export function longestChunkMs(journal: Journal): number | undefined {
  const startedAtMs = new Map<number, number>();
  let longest: number | undefined;
  for (const event of chunkEvents(journal)) {
    const { index } = event.payload;
    if (event.kind === "chunk.started") startedAtMs.set(index, event.atMs);
    const start = startedAtMs.get(index);
    if (event.kind !== "chunk.completed" || start === undefined) continue;
    startedAtMs.delete(index);
    const gap = event.atMs - start;
    if (gap >= 0) longest = Math.max(longest ?? 0, gap);
  }
  return longest;
}

export function qualityIssues(journal: Journal): readonly QualityFailed[] {
  return payloadsOf(journal, "quality.failed");
}

export function schemaChanges(journal: Journal): readonly SchemaChanged[] {
  return payloadsOf(journal, "schema.changed");
}

export function warnings(journal: Journal): readonly JournalWarning[] {
  return journal.known.flatMap(({ kind, payload }): readonly JournalWarning[] => {
    if (kind === "plan.warned")
      return [{ from: "plan", level: payload.level, about: payload.rule, message: payload.message }];
    if (kind === "warning.raised")
      return [{ from: "run", level: "warning", about: payload.context, message: payload.message }];
    return [];
  });
}

export function quarantined(journal: Journal): readonly RecordsQuarantined[] {
  return payloadsOf(journal, "records.quarantined");
}

export function parallelismChanges(journal: Journal): readonly ParallelismAdjusted[] {
  return payloadsOf(journal, "parallelism.adjusted");
}

/** The last validation of the output. */
export function validation(journal: Journal): OutputValidated | undefined {
  return payloadsOf(journal, "output.validated").at(-1);
}

/** The last reconciliation with the source. */
export function reconciliation(journal: Journal): SourceReconciled | undefined {
  return payloadsOf(journal, "source.reconciled").at(-1);
}

/** The last time a manifest was fixed. */
export function finalizing(journal: Journal): RunFinalizing | undefined {
  return payloadsOf(journal, "run.finalizing").at(-1);
}

/** The last `run.completed`, whatever follows it; undefined when no run of the chain has ended. */
export function finalOutcome(journal: Journal): RunCompleted | undefined {
  return payloadsOf(journal, "run.completed").at(-1);
}

/** True when the newest run of the chain has not ended: it runs, or it died. */
export function isOpen(journal: Journal): boolean {
  const last = journal.known.findLast(({ kind }) => kind === "run.planned" || kind === "run.completed");
  return last?.kind === "run.planned";
}

function entriesOf<K extends JournalKind>(journal: Journal, kind: K): readonly EntryOf<K>[] {
  const known: readonly JournalEntry[] = journal.known;
  return known.filter((entry): entry is JournalEntry & EntryOf<K> => entry.kind === kind);
}

function payloadsOf<K extends JournalKind>(journal: Journal, kind: K): readonly Payloads[K][] {
  return entriesOf(journal, kind).map(({ payload }) => payload);
}
