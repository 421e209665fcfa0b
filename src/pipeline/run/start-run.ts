/**
 * The beginning of a run, under the pipeline's lease: look at the newest run, plan, check the destination, cut the source
 * (new chain) or take up the open chunks (resume), and record `run.planned` with all of it in one storage operation.
 */
import type { Sink } from "../../connectors/sink-port.ts";
import { TidemarkError } from "../../core/errors.ts";
import { faultPoint } from "../../core/fault-point.ts";
import type { LeaseProof, RunHead, RunRow, StartRunRequest } from "../../storage/port.ts";
import type { JournalEvent } from "../journal-events.ts";
import { planPipeline } from "../plan/plan-pipeline.ts";
import { recallPlan } from "../plan/recall-plan.ts";
import { firstDifference, type PipelinePlan, withoutSize } from "../plan/sealed-plan.ts";
import type { PipelineLease } from "./pipeline-lease.ts";
import { assertLease, journalEvent, type RunContext, type RunPorts } from "./run-context.ts";
import type { RunRequest } from "./run-pipeline.ts";

/** Throws RUN_UNFINISHED, RUN_NOTHING_TO_RESUME, PLAN_CHANGED and whatever planning and checking throw. */
export async function startRun(request: RunRequest, lease: PipelineLease): Promise<RunContext> {
  const { storage, clock } = request.ports;
  const { tenant, definition } = request;
  const [newest] = await storage.listRuns({ tenant, pipeline: definition.name, limit: 1 });
  const open = resumable(request, newest);
  const before = open === undefined ? undefined : await storage.findRun(tenant, open.runId);
  const startedAtMs = clock.nowMs();
  const rootStartedAtMs = before === undefined ? startedAtMs : await rootStart(request, before);
  const sink = request.openSink(rootStartedAtMs);
  try {
    const plan = await planOrRecall(request, sink, before);
    const ownRunIds = new Set(await storage.listRootRunIds(tenant, definition.name));
    await sink.check({ fields: plan.outputFields, pipeline: definition.name, ownRunIds });
    const run = await recordStart(request, { lease: lease.proof, before, plan, startedAtMs });
    faultPoint("run.afterStart");
    const ports: RunPorts = { ...request.ports, sink };
    const { proof, assertHeld, lost } = lease;
    return { tenant, definition, plan, ports, run, lease: proof, assertHeld, lost, rootStartedAtMs };
  } catch (error) {
    await sink.close();
    throw error;
  }
}

/** A chain whose manifest is stored only has to be published: its source may be gone, and is not asked again. */
async function planOrRecall(
  { definition, ports }: RunRequest,
  sink: Sink,
  before: RunRow | undefined,
): Promise<PipelinePlan> {
  if (before !== undefined && before.manifestText !== null) {
    const recalled = recallPlan(before.plan, before.planHash, sink.describe());
    assertSamePlan(before, recalled);
    return recalled;
  }
  const plan = await planPipeline(definition, { source: ports.source, sink });
  if (before === undefined) return plan;
  assertSamePlan(before, plan);
  return { ...plan, sealed: before.plan, planHash: before.planHash };
}

/** The run to go on with, or undefined for a new chain. */
function resumable({ resume, definition }: RunRequest, newest: RunHead | undefined): RunHead | undefined {
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
function describeState({ status }: RunHead): string {
  return status === "running" || status === "finalizing" ? `crashed while ${status}` : status;
}

async function rootStart({ ports, tenant }: RunRequest, before: RunRow): Promise<number> {
  const root = await ports.storage.findRun(tenant, before.rootRunId);
  return root?.startedAtMs ?? before.startedAtMs;
}

/** How a source is cut may follow its size; the chain's bounds are fixed, so that a table that grew is no other plan. */
function assertSamePlan(before: RunRow, plan: PipelinePlan): void {
  if (before.planHash === plan.planHash) return;
  const reason = firstDifference(withoutSize(before.plan), withoutSize(plan.sealed));
  if (reason === undefined) return;
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
