/**
 * Gives up an unfinished run and forgets the checkpoints of a pipeline: its staged files go, published files stay. Done
 * under the pipeline's lease; the journal keeps everything that happened.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Sink } from "../../connectors/sink-port.ts";
import type { Clock } from "../../core/clock.ts";
import { faultPoint } from "../../core/fault-point.ts";
import { assertLease, journalEvent } from "../../pipeline/run/run-context.ts";
import { pipelineLeaseName, takePipelineLease } from "../../pipeline/run/pipeline-lease.ts";
import type { LeaseProof, RunHead, Storage } from "../../storage/port.ts";

export interface ResetRequest {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly tenant: string;
  readonly pipeline: string;
  readonly command: string;
  readonly openSink: (rootStartedAtMs: number) => Sink;
  readonly quarantineFolder: string;
}

export interface ResetReport {
  /** the run that was given up, or null when the newest one had ended */
  readonly abandoned: RunHead | null;
  readonly checkpoints: number;
}

/** Throws LEASE_HELD while somebody works on the pipeline. */
export async function resetPipeline(request: ResetRequest): Promise<ResetReport> {
  const { storage, clock, tenant, pipeline } = request;
  const lease = await takePipelineLease(storage, clock, pipelineLeaseName(tenant, pipeline), request.command);
  try {
    const [newest] = await storage.listRuns({ tenant, pipeline, limit: 1 });
    const open = newest !== undefined && newest.status !== "completed" && newest.status !== "abandoned";
    if (open) await abandon(request, lease.proof, newest);
    const checkpoints = await storage.listCheckpoints(tenant, pipeline);
    if (newest !== undefined) await forget(request, lease.proof, newest);
    return { abandoned: open ? newest : null, checkpoints: checkpoints.length };
  } finally {
    await lease.release();
  }
}

/** Recorded first, cleaned up after: a crash in between leaves staged files that the next run of the pipeline removes. */
async function abandon(request: ResetRequest, lease: LeaseProof, run: RunHead): Promise<void> {
  const { storage, tenant } = request;
  const root = (await storage.findRun(tenant, run.rootRunId)) ?? run;
  await recordAbandoned(request, lease, run);
  faultPoint("reset.afterAbandoned");
  const sink = request.openSink(root.startedAtMs);
  try {
    await sink.discard(run.rootRunId);
  } finally {
    await sink.close();
  }
  rmSync(join(request.quarantineFolder, run.rootRunId), { recursive: true, force: true });
}

async function recordAbandoned(
  { storage, clock, tenant }: ResetRequest,
  lease: LeaseProof,
  run: RunHead,
): Promise<void> {
  const finishedAtMs = clock.nowMs();
  const payload = {
    status: "abandoned",
    error: null,
    durationMs: Math.max(0, finishedAtMs - run.startedAtMs),
    read: 0,
    written: 0,
    quarantined: 0,
    filtered: 0,
    bytes: 0,
    files: 0,
    retries: 0,
    consistency: "perChunk",
    snapshots: [],
    longestChunkMs: null,
  } as const;
  const events = [journalEvent(run.runId, { kind: "run.completed", payload })];
  const outcome = await storage.finishRun({
    lease,
    tenant,
    runId: run.runId,
    status: "abandoned",
    finishedAtMs,
    events,
  });
  assertLease(`pipeline ${run.pipeline}`, outcome);
}

async function forget(
  { storage, tenant, pipeline }: ResetRequest,
  lease: LeaseProof,
  newest: RunHead,
): Promise<void> {
  const payload = { context: "state reset", message: "the checkpoints of the pipeline were forgotten" };
  const events = [journalEvent(newest.runId, { kind: "warning.raised", payload })];
  const outcome = await storage.resetCheckpoints({ lease, tenant, pipeline, events });
  assertLease(`pipeline ${pipeline}`, outcome);
}
