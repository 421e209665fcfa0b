/**
 * One chunk, from claim to commit. Each try is claimed (its bounds go to the journal), executed in a worker, and then
 * committed or failed, each by one storage operation that also appends the events. Engines branch on `retry` alone:
 * `later` is tried again after a backoff until the attempts are used up, everything else ends the run.
 */
import { hiderOf } from "../../connectors/hide-texts.ts";
import type { Part } from "../../connectors/sink-port.ts";
import { backoffMs } from "../../core/backoff.ts";
import { assert, locateError, type TidemarkError, toTidemarkError } from "../../core/errors.ts";
import { faultPoint } from "../../core/fault-point.ts";
import type { JsonObject } from "../../core/json-value.ts";
import type { ProposedEvent } from "../../ledger/event.ts";
import type { BatchKey, BatchRow } from "../../storage/port.ts";
import type { BatchDescriptor, BatchResult } from "../execution/batch-descriptor.ts";
import type { WorkerCrew } from "../execution/worker-crew.ts";
import type { JournalEvent } from "../journal-events.ts";
import { hideBounds } from "./hide-bounds.ts";
import { assertLease, journalEvent, type RunContext } from "./run-context.ts";
import { assertBalanced } from "./tally.ts";

/** Where chunks are executed: one slot of the crew. */
export interface ChunkSlot {
  readonly crew: WorkerCrew;
  readonly slot: number;
  /** numbers the commits of a chain; never goes back, whatever order chunks end in */
  readonly nextSequence: () => number;
}

/** Runs one chunk to its commit; undefined when the run is drained between two attempts. Throws the last error. */
export async function runChunk(
  context: RunContext,
  batch: BatchRow,
  where: ChunkSlot,
): Promise<BatchResult | undefined> {
  for (let tries = 1; ; tries += 1) {
    const attempt = await claim(context, batch, batch.attempt + tries);
    faultPoint("chunk.afterClaim");
    let result: BatchResult | undefined;
    try {
      result = await where.crew.execute(where.slot, describe(context, batch, attempt));
      assertBalanced(context.plan.pipeline, result.balance);
      faultPoint("chunk.beforeCommit");
      await commit(context, { batch, attempt, result, sequence: where.nextSequence() });
      faultPoint("chunk.afterCommit");
      return result;
    } catch (thrown) {
      const error = toTidemarkError(thrown);
      const willRetry = error.retry === "later" && tries < context.definition.retries.attempts;
      const outcome = await fail(context, { batch, attempt, error, willRetry, tries });
      // A commit whose answer was lost had happened after all.
      if (outcome === "alreadyCompleted" && result !== undefined) return result;
      if (willRetry && context.ports.drain.aborted) return undefined;
      if (!willRetry)
        throw locateError(
          error,
          `pipeline ${context.plan.pipeline}, chunk ${batch.index}, attempt ${attempt}`,
        );
    }
  }
}

function batchKey(context: RunContext, batch: BatchRow): BatchKey {
  const { tenant, lease } = context;
  return { tenant, lease, rootRunId: context.run.rootRunId, index: batch.index };
}

async function claim(context: RunContext, batch: BatchRow, attempt: number): Promise<number> {
  const { salt } = context.ports.storage;
  const bounds = hideBounds(batch.bounds, salt, hiderOf(context.definition.source.hidden));
  const event: JournalEvent = { kind: "chunk.started", payload: { index: batch.index, attempt, bounds } };
  const outcome = await context.ports.storage.claimBatch({
    ...batchKey(context, batch),
    events: [ofRun(context, event)],
  });
  assertLease(`pipeline ${context.plan.pipeline}`, outcome);
  assert(
    outcome.kind === "claimed" && outcome.attempt === attempt,
    "a chunk of our own run is ours to claim",
  );
  return attempt;
}

/** Same for every attempt, in every run of the chain. */
function idempotencyKeyOf({ plan, run }: RunContext, { index }: BatchRow): string {
  return `${plan.pipeline}/${run.rootRunId}/${index}`;
}

function describe(context: RunContext, batch: BatchRow, attempt: number): BatchDescriptor {
  const { rootRunId, runId } = context.run;
  const { pipeline } = context.plan;
  const idempotencyKey = idempotencyKeyOf(context, batch);
  return { pipeline, runId, rootRunId, chunk: batch.index, attempt, idempotencyKey, bounds: batch.bounds };
}

interface Commit {
  readonly batch: BatchRow;
  readonly attempt: number;
  readonly result: BatchResult;
  readonly sequence: number;
}

async function commit(context: RunContext, { batch, attempt, result, sequence }: Commit): Promise<void> {
  const outcome = await context.ports.storage.completeBatch({
    ...batchKey(context, batch),
    attempt,
    result: result as unknown as JsonObject,
    checkpoint: {
      pipeline: context.plan.pipeline,
      stage: "sink",
      sequence,
      watermark: { rootRunId: context.run.rootRunId, chunks: sequence },
      idempotencyKey: idempotencyKeyOf(context, batch),
      atMs: context.ports.clock.nowMs(),
    },
    events: commitEvents(context, { batch, attempt, result }),
  });
  assertLease(`pipeline ${context.plan.pipeline}`, outcome);
  assert(outcome.kind === "completed", "a chunk is committed by the attempt that claimed it last");
}

function commitEvents(
  context: RunContext,
  { batch, attempt, result }: Omit<Commit, "sequence">,
): ProposedEvent[] {
  const { balance, quarantine } = result;
  const files = result.parts.map((part) => fileWritten(batch.index, part));
  const refused: JournalEvent[] = quarantine.file === null ? [] : [quarantinedEvent(batch.index, result)];
  const completed: JournalEvent = {
    kind: "chunk.completed",
    payload: {
      index: batch.index,
      attempt,
      rows: balance.written,
      file: result.parts[0]?.name ?? null,
      read: balance.read,
      quarantined: balance.quarantined,
      filtered: balance.filtered,
      bytes: result.bytesWritten,
      durationMs: result.durationMs,
    },
  };
  return [...files, ...refused, completed].map((event) => ofRun(context, event));
}

function fileWritten(chunk: number, { name, rows, bytes, part, sha256 }: Part): JournalEvent {
  return { kind: "file.written", payload: { name, rows, bytes, part, chunk, hash: sha256 } };
}

function quarantinedEvent(chunk: number, { quarantine }: BatchResult): JournalEvent {
  const { count, rules, file, samples } = quarantine;
  return {
    kind: "records.quarantined",
    payload: { chunk, count, rules, file: file?.name ?? null, hash: file?.sha256 ?? null, samples },
  };
}

interface Failure {
  readonly batch: BatchRow;
  readonly attempt: number;
  readonly error: TidemarkError;
  readonly willRetry: boolean;
  readonly tries: number;
}

async function fail(
  context: RunContext,
  { batch, attempt, error, willRetry, tries }: Failure,
): Promise<"done" | "alreadyCompleted"> {
  const { baseMs, capMs } = context.definition.retries;
  const waitMs = Math.round(backoffMs({ attempt: tries, baseMs, capMs, random: context.ports.random }));
  const failed: JournalEvent = {
    kind: "chunk.failed",
    payload: {
      index: batch.index,
      attempt,
      error: { code: error.code, message: error.message, retry: error.retry },
    },
  };
  const retry: JournalEvent = {
    kind: "retry.attempted",
    payload: { index: batch.index, attempt: attempt + 1, reason: error.code, backoffMs: waitMs },
  };
  const events = (willRetry ? [failed, retry] : [failed]).map((event) => ofRun(context, event));
  const outcome = await context.ports.storage.failBatch({
    ...batchKey(context, batch),
    attempt,
    willRetry,
    events,
  });
  assertLease(`pipeline ${context.plan.pipeline}`, outcome);
  if (!willRetry || outcome.kind === "alreadyCompleted") return outcome.kind;
  context.ports.observer.onRetry(batch.index, attempt + 1, error.message);
  await sleepUntilDrained(context.ports, waitMs);
  return outcome.kind;
}

/** A drain ends the wait: the chunk stays claimable for a resume. */
async function sleepUntilDrained({ clock, drain }: RunContext["ports"], waitMs: number): Promise<void> {
  try {
    await clock.sleep(waitMs, drain);
  } catch (reason) {
    if (!drain.aborted) throw reason;
  }
}

function ofRun(context: RunContext, event: JournalEvent): ProposedEvent {
  return journalEvent(context.run.runId, event);
}
