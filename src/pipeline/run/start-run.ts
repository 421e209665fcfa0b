/**
 * The beginning of a run, under the pipeline's lease: look at the newest run, plan, check the destination, cut the source
 * (new chain) or take up the open chunks (resume), and record `run.planned` with all of it in one storage operation.
 */
import type { Sink } from "../../connectors/sink-port.ts";
import { TidemarkError } from "../../core/errors.ts";
import { faultPoint } from "../../core/fault-point.ts";
import type { JsonObject } from "../../core/json-value.ts";
import type { BatchRow, LeaseProof, RunRow, StartRunRequest } from "../../storage/port.ts";
import type { BatchResult } from "../execution/batch-descriptor.ts";
import type { JournalEvent } from "../journal-events.ts";
import type { PlanPorts } from "../plan/plan-pipeline.ts";
import { firstDifference, type PipelinePlan } from "../plan/sealed-plan.ts";
import { assertLease, journalEvent, type RunContext, type RunPorts } from "./run-context.ts";
import type { RunRequest } from "./run-pipeline.ts";

/** Runs of one pipeline that a destination check may know; older ones have been replaced long since. */
const KNOWN_RUNS_MAX = 100_000;

export interface RunStart {
  readonly context: RunContext;
  /** of the whole chain, by index */
  readonly batches: readonly BatchRow[];
}

type Planner = (definition: RunRequest["definition"], ports: PlanPorts) => Promise<PipelinePlan>;

/** Throws RUN_UNFINISHED, RUN_NOTHING_TO_RESUME, PLAN_CHANGED and whatever planning and checking throw. */
export async function startRun(request: RunRequest, lease: LeaseProof, planner: Planner): Promise<RunStart> {
  const { storage, clock } = request.ports;
  const pipeline = request.definition.name;
  const known = await storage.listRuns({ tenant: request.tenant, pipeline, limit: KNOWN_RUNS_MAX });
  const before = resumable(request, known[0]);
  const startedAtMs = clock.nowMs();
  const rootStartedAtMs = before === undefined ? startedAtMs : await rootStart(request, before);
  const sink = request.openSink(rootStartedAtMs);
  try {
    const plan = await planner(request.definition, { source: request.ports.source, sink });
    if (before !== undefined) assertSamePlan(before, plan);
    const ownRunIds = new Set(known.map((run) => run.rootRunId));
    await sink.check({ fields: plan.outputFields, pipeline, ownRunIds });
    const run = await recordStart(request, { lease, before, plan, startedAtMs });
    faultPoint("run.afterStart");
    const ports: RunPorts = { ...request.ports, sink };
    const batches = await storage.listBatches(request.tenant, run.rootRunId);
    await sink.prepare({
      rootRunId: run.rootRunId,
      fields: plan.outputFields,
      committed: committedParts(batches),
    });
    const { tenant, definition } = request;
    return { context: { tenant, definition, plan, ports, run, lease, rootStartedAtMs }, batches };
  } catch (error) {
    await sink.close();
    throw error;
  }
}

/** The run to go on with, or undefined for a new chain. */
function resumable({ resume, definition }: RunRequest, newest: RunRow | undefined): RunRow | undefined {
  const pipeline = definition.name;
  const isOpen = newest !== undefined && newest.status !== "completed" && newest.status !== "abandoned";
  if (resume) {
    if (isOpen) return newest;
    const reason = newest === undefined ? "it has never run" : `${newest.label} is ${newest.status}`;
    throw new TidemarkError("RUN_NOTHING_TO_RESUME", { pipeline, reason });
  }
  if (!isOpen) return undefined;
  throw new TidemarkError("RUN_UNFINISHED", { pipeline, run: newest.label, state: describeState(newest) });
}

/** We hold the lease: a run left running or finalizing has nobody. */
function describeState({ status }: RunRow): string {
  return status === "running" || status === "finalizing" ? `crashed while ${status}` : status;
}

async function rootStart({ ports, tenant }: RunRequest, before: RunRow): Promise<number> {
  const root = await ports.storage.findRun(tenant, before.rootRunId);
  return root?.startedAtMs ?? before.startedAtMs;
}

function assertSamePlan(before: RunRow, plan: PipelinePlan): void {
  if (before.planHash === plan.planHash) return;
  const reason = firstDifference(before.plan, plan.sealed) ?? "its hash";
  throw new TidemarkError("PLAN_CHANGED", { pipeline: before.pipeline, run: before.label, reason });
}

interface Beginning {
  readonly lease: LeaseProof;
  readonly before: RunRow | undefined;
  readonly plan: PipelinePlan;
  readonly startedAtMs: number;
}

async function recordStart(
  request: RunRequest,
  { lease, before, plan, startedAtMs }: Beginning,
): Promise<RunRow> {
  const { storage, source } = request.ports;
  const runId = request.newRunId();
  const bounds = before === undefined ? await source.cut(plan.source) : [];
  const chunks =
    before === undefined
      ? bounds.length
      : (await storage.listBatches(request.tenant, before.rootRunId)).length;
  const planned = plannedEvent(request, plan, { runId, rootRunId: before?.rootRunId ?? runId, chunks });
  const warned = plan.source.warnings.map(
    (payload): JournalEvent => ({ kind: "plan.warned", payload: { ...payload } }),
  );
  const start: StartRunRequest = {
    lease,
    tenant: request.tenant,
    runId,
    pipeline: plan.pipeline,
    rootRunId: before?.rootRunId ?? null,
    planHash: plan.planHash,
    plan: plan.sealed,
    bounds,
    startedAtMs,
    events: [planned, ...warned].map((event) => journalEvent(runId, event)),
  };
  const outcome = await storage.startRun(start);
  assertLease(`pipeline ${plan.pipeline}`, outcome);
  if (outcome.kind === "started") return outcome.run;
  const { label: run, status: state } = outcome.run;
  throw new TidemarkError("RUN_UNFINISHED", { pipeline: plan.pipeline, run, state });
}

interface PlannedIds {
  readonly runId: string;
  readonly rootRunId: string;
  readonly chunks: number;
}

function plannedEvent({ definition, resume }: RunRequest, plan: PipelinePlan, ids: PlannedIds): JournalEvent {
  return {
    kind: "run.planned",
    payload: {
      ...ids,
      pipeline: plan.pipeline,
      query: plan.source.query,
      strategy: plan.source.strategy,
      why: plan.source.why,
      consistency: plan.source.consistency,
      format: plan.sink.format,
      compression: plan.sink.compression,
      destination: { kind: plan.sink.kind, label: plan.sink.label },
      writeMode: plan.sink.writeMode,
      profile: "balanced",
      batchSize: definition.source.kind === "sqlite" ? definition.source.chunkRows : null,
      validate: definition.validate,
      reconcile: false,
      resume,
      planHash: plan.planHash,
    },
  };
}

function committedParts(batches: readonly BatchRow[]): Parameters<Sink["prepare"]>[0]["committed"] {
  const results = batches.map((batch) => batch.result as (JsonObject & BatchResult) | null);
  return results.flatMap((result) => result?.parts ?? []);
}
