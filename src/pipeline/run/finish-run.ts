/** The last word on a run: `run.completed` with what it came to, and its status, in one storage operation. */
import type { ManifestSnapshot } from "../../connectors/manifest.ts";
import type { TidemarkError } from "../../core/errors.ts";
import type { JournalEvent } from "../journal-events.ts";
import { assertLease, journalEvent, type RunContext } from "./run-context.ts";
import type { RunTally } from "./tally.ts";

export interface RunEnd {
  readonly status: "completed" | "failed" | "interrupted";
  readonly error: TidemarkError | null;
  readonly tally: RunTally;
  readonly retries: number;
  readonly consistency: "snapshot" | "perChunk";
  readonly snapshots: readonly ManifestSnapshot[];
}

export async function finishRun(context: RunContext, end: RunEnd): Promise<number> {
  const { run, tenant, lease, ports } = context;
  const finishedAtMs = ports.clock.nowMs();
  const durationMs = Math.max(0, finishedAtMs - run.startedAtMs);
  const events = [journalEvent(run.runId, completedEvent(end, durationMs))];
  const outcome = await ports.storage.finishRun({
    lease,
    tenant,
    runId: run.runId,
    status: end.status,
    finishedAtMs,
    events,
  });
  assertLease(`pipeline ${context.plan.pipeline}`, outcome);
  return durationMs;
}

function completedEvent({ status, error, tally, ...end }: RunEnd, durationMs: number): JournalEvent {
  return {
    kind: "run.completed",
    payload: {
      status,
      error: error === null ? null : { code: error.code, message: error.message },
      durationMs,
      read: tally.read,
      written: tally.written,
      quarantined: tally.quarantined,
      filtered: tally.filtered,
      bytes: tally.bytesWritten,
      files: tally.files,
      retries: end.retries,
      consistency: end.consistency,
      snapshots: end.snapshots.map(({ id, takenAtMs, chunks }) => ({ id, takenAtMs, chunks: chunks.length })),
      longestChunkMs: tally.longestChunkMs === 0 ? null : tally.longestChunkMs,
    },
  };
}
