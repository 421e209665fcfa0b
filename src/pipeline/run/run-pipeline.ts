/**
 * One run of a pipeline from lease to last word. Every mode goes through here: a new run and a resumed one differ only in
 * which chunks are still open. States of a run (rows of `runs`): running -> finalizing -> completed; from either also
 * failed or interrupted (resumable) and, by the operator, abandoned. A crashed run is one left running or finalizing
 * whose lease nobody holds.
 */
import type { Manifest } from "../../connectors/manifest.ts";
import type { Sink } from "../../connectors/sink-port.ts";
import { type TidemarkError, toTidemarkError } from "../../core/errors.ts";
import type { BatchRow, RunRow } from "../../storage/port.ts";
import type { BatchResult } from "../execution/batch-descriptor.ts";
import { WorkerCrew } from "../execution/worker-crew.ts";
import type { PipelineDefinition } from "../definition.ts";
import type { PipelinePlan } from "../plan/sealed-plan.ts";
import { fieldJson } from "../../columns/field-json.ts";
import { finalizeRun } from "./finalize-run.ts";
import { finishRun } from "./finish-run.ts";
import { type PipelineLease, pipelineLeaseName, takePipelineLease } from "./pipeline-lease.ts";
import { assertFewRefused, type ChunkResults, runChunks } from "./run-chunks.ts";
import type { RunContext, RunPorts } from "./run-context.ts";
import { startRun } from "./start-run.ts";
import { listSnapshots } from "./build-manifest.ts";
import { type RunTally, tallyResults } from "./tally.ts";

export interface RunRequest {
  readonly tenant: string;
  readonly definition: PipelineDefinition;
  /** `sink` is opened by the run itself: its path may hold the day on which the chain began */
  readonly ports: Omit<RunPorts, "sink">;
  readonly openSink: (rootStartedAtMs: number) => Sink;
  readonly newRunId: () => string;
  /** the command line, for whoever finds the pipeline held */
  readonly command: string;
  readonly resume: boolean;
}

export interface RunSummary {
  readonly run: RunRow;
  readonly plan: PipelinePlan;
  readonly status: "completed" | "interrupted";
  /** null when interrupted */
  readonly manifest: Manifest | null;
  /** of the whole chain */
  readonly tally: RunTally;
  readonly retries: number;
  readonly chunks: { readonly done: number; readonly total: number; readonly earlier: number };
  readonly consistency: "snapshot" | "perChunk";
  readonly durationMs: number;
}

/** Throws the error that ended the run, after it was recorded; LEASE_HELD, RUN_UNFINISHED, PLAN_* before anything began. */
export async function runPipeline(request: RunRequest): Promise<RunSummary> {
  const { storage, clock, observer } = request.ports;
  const name = pipelineLeaseName(request.tenant, request.definition.name);
  const lease = await takePipelineLease(storage, clock, name, request.command);
  try {
    return await runUnderLease(request, lease);
  } finally {
    // A lease that can not be released runs out by itself: no reason to forget how the run ended.
    await lease
      .release()
      .catch((error: unknown) => observer.onWarning(`lease: ${toTidemarkError(error).message}`));
  }
}

async function runUnderLease(request: RunRequest, lease: PipelineLease): Promise<RunSummary> {
  const retries = countRetries(request.ports);
  const context = await startRun({ ...request, ports: retries.ports }, lease);
  const results: ChunkResults = new Map();
  const progress: Progress = { results, earlier: 0, retries: retries.count };
  try {
    const batches = await takeUp(context, results);
    const earlier = results.size;
    const manifest = await workThrough({ context, batches }, results);
    return await summarize({ context, batches }, manifest, { ...progress, earlier });
  } catch (thrown) {
    const error = toTidemarkError(thrown);
    await recordFailure(context, error, progress);
    throw error;
  } finally {
    await context.ports.sink.close();
  }
}

interface Progress {
  readonly results: ChunkResults;
  readonly earlier: number;
  readonly retries: () => number;
}

interface RunStart {
  readonly context: RunContext;
  /** of the whole chain, by index */
  readonly batches: readonly BatchRow[];
}

/** What the chain has committed so far, and the destination made ready for the rest. */
async function takeUp(context: RunContext, results: ChunkResults): Promise<readonly BatchRow[]> {
  const { tenant, run, plan, ports } = context;
  const batches = await ports.storage.listBatches(tenant, run.rootRunId);
  for (const { index, status, result } of batches) {
    if (status === "completed" && result !== null) results.set(index, result as unknown as BatchResult);
  }
  const committed = [...results.values()].flatMap(({ parts }) => parts);
  await ports.sink.prepare({ rootRunId: run.rootRunId, fields: plan.outputFields, committed });
  return batches;
}

/** Runs what is open and finalizes; null when drained before the last chunk. */
async function workThrough({ context, batches }: RunStart, results: ChunkResults): Promise<Manifest | null> {
  context.ports.observer.onStarted(context.run, context.plan, { total: batches.length, done: results.size });
  if (context.run.manifestText === null) assertFewRefused(context, results);
  if (results.size < batches.length) {
    const outcome = await runOpenChunks({ context, batches }, results);
    if (outcome === "drained") return null;
  }
  return finalizeRun(context, results);
}

async function runOpenChunks(
  { context, batches }: RunStart,
  results: ChunkResults,
): Promise<"done" | "drained"> {
  const { definition, plan, ports } = context;
  const crew = await WorkerCrew.start({
    clock: ports.clock,
    source: ports.source,
    size: Math.min(plan.readers, batches.length - results.size),
    maxSnapshotAgeMs: definition.source.kind === "sqlite" ? definition.source.maxSnapshotAgeMs : Infinity,
    worker: {
      entry: ports.workerEntry,
      start: {
        definition,
        columns: plan.columns.map(({ field }) => fieldJson(field)),
        quarantineFolder: ports.quarantineFolder,
        salt: ports.storage.salt,
        rootStartedAtMs: context.rootStartedAtMs,
      },
      onProgress: (rows, bytes) => ports.observer.onProgress(rows, bytes),
    },
  });
  // Whoever has the pipeline now reads the same chunks: going on would only be work for nothing.
  const stop = (): void => void crew.kill();
  context.lost.addEventListener("abort", stop, { once: true });
  try {
    const outcome = await runChunks(context, batches, crew, results);
    await crew.close();
    return outcome;
  } finally {
    context.lost.removeEventListener("abort", stop);
    await crew.kill();
  }
}

async function summarize(
  start: RunStart,
  manifest: Manifest | null,
  progress: Progress,
): Promise<RunSummary> {
  const { context, batches } = start;
  const status = manifest === null ? "interrupted" : "completed";
  const end = endOf(context, progress);
  const durationMs = await finishRun(context, { status, error: null, ...end });
  const chunks = { done: progress.results.size, total: batches.length, earlier: progress.earlier };
  return { run: context.run, plan: context.plan, status, manifest, chunks, durationMs, ...end };
}

/** A run whose failure can not be recorded (state full, lease lost) is found unfinished by the next command: as safe. */
async function recordFailure(context: RunContext, error: TidemarkError, progress: Progress): Promise<void> {
  if (error.code === "LEASE_LOST") return;
  try {
    await finishRun(context, { status: "failed", error, ...endOf(context, progress) });
  } catch (second) {
    context.ports.observer.onWarning(`the failure could not be recorded: ${toTidemarkError(second).message}`);
  }
}

type EndFacts = Pick<RunSummary, "tally" | "retries" | "consistency"> & {
  readonly snapshots: Manifest["snapshots"];
};

function endOf({ plan }: RunContext, { results, retries }: Progress): EndFacts {
  const ordered = [...results].toSorted(([a], [b]) => a - b);
  const snapshots = listSnapshots(ordered);
  const consistency = snapshots.length > 1 ? "perChunk" : plan.source.consistency;
  return {
    tally: tallyResults(ordered.map(([, result]) => result)),
    retries: retries(),
    snapshots,
    consistency,
  };
}

function countRetries(ports: RunRequest["ports"]): { readonly ports: RunRequest["ports"]; count(): number } {
  let count = 0;
  const { observer } = ports;
  const onRetry: typeof observer.onRetry = (...args) => {
    count += 1;
    observer.onRetry(...args);
  };
  return { ports: { ...ports, observer: { ...observer, onRetry } }, count: () => count };
}
