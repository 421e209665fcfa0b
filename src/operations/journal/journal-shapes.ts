/**
 * What the payload of each kind must hold to be understood (`docs/formats/journal.md`). Further members are allowed, as
 * later versions may add them. Events come from a ledger that others may have written to, so they are checked once, here.
 */
import { z } from "zod";
import type { JournalEvent, JournalKind } from "../../pipeline/journal-events.ts";

const text = z.string();
const number = z.number();
const flag = z.boolean();
const texts = z.array(text);
const failure = z.looseObject({ code: text, message: text });
const consistency = z.enum(["snapshot", "perChunk"]);

const SHAPES: Readonly<Record<JournalKind, z.ZodType>> = {
  "run.planned": z.looseObject({
    runId: text,
    rootRunId: text,
    pipeline: text,
    query: text,
    strategy: text,
    why: text,
    consistency,
    format: text,
    compression: text,
    destination: z.looseObject({ kind: text, label: text }),
    writeMode: text,
    profile: text,
    batchSize: number.nullable(),
    validate: flag,
    reconcile: flag,
    resume: flag,
    planHash: text,
    chunks: number,
  }),
  "plan.warned": z.looseObject({ level: z.enum(["warning", "degraded"]), rule: text, message: text }),
  "chunk.started": z.looseObject({ index: number, attempt: number, bounds: z.looseObject({}) }),
  "chunk.completed": z.looseObject({
    index: number,
    attempt: number,
    rows: number,
    file: text.nullable(),
    read: number,
    quarantined: number,
    filtered: number,
    bytes: number,
    durationMs: number,
  }),
  "chunk.failed": z.looseObject({ index: number, attempt: number, error: failure }),
  "file.written": z.looseObject({
    name: text,
    rows: number,
    bytes: number,
    part: number,
    chunk: number,
    hash: text.nullable(),
  }),
  "retry.attempted": z.looseObject({ index: number, attempt: number, reason: text, backoffMs: number }),
  "records.quarantined": z.looseObject({
    chunk: number,
    count: number,
    rules: z.record(text, number),
    file: text.nullable(),
    hash: text.nullable(),
    samples: z.array(z.looseObject({ row: number, column: text.nullable(), rule: text, valueHash: text })),
  }),
  "quality.failed": z.looseObject({ severity: z.enum(["FAIL", "WARN"]), rule: text, message: text }),
  "schema.changed": z.looseObject({
    added: texts,
    removed: texts,
    changed: z.array(z.looseObject({ column: text, old: text, new: text })),
  }),
  "warning.raised": z.looseObject({ context: text, message: text }),
  "parallelism.adjusted": z.looseObject({ from: number, to: number, reason: text }),
  "output.validated": z.looseObject({ passed: flag, files: number, failures: texts }),
  "source.reconciled": z.looseObject({
    sourceCount: number,
    exportedRows: number,
    matched: flag,
    sums: z.record(text, z.looseObject({ source: text, exported: text })),
  }),
  "run.finalizing": z.looseObject({ manifestHash: text, parts: number, rows: number }),
  "run.completed": z.looseObject({
    status: z.enum(["completed", "failed", "interrupted", "abandoned"]),
    error: failure.nullable(),
    durationMs: number,
    read: number,
    written: number,
    quarantined: number,
    filtered: number,
    bytes: number,
    files: number,
    retries: number,
    consistency,
    snapshots: z.array(z.looseObject({ id: text, takenAtMs: number, chunks: number })),
    longestChunkMs: number.nullable(),
  }),
};

export const JOURNAL_KINDS: readonly string[] = Object.keys(SHAPES);

interface EventLike {
  readonly kind: string;
  readonly payload: unknown;
}

export function isJournalEvent(event: EventLike): event is JournalEvent {
  return isJournalKind(event.kind) && SHAPES[event.kind].safeParse(event.payload).success;
}

function isJournalKind(kind: string): kind is JournalKind {
  return Object.hasOwn(SHAPES, kind);
}
