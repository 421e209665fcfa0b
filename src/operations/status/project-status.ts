/** What stands where: per pipeline its newest run, whether somebody works on it now, and what to do next. */
import type { Clock } from "../../core/clock.ts";
import { isHolderDead } from "../../core/process-identity.ts";
import { pipelineLeaseName } from "../../pipeline/run/pipeline-lease.ts";
import type { Lease, RunHead, Storage } from "../../storage/port.ts";

export type PipelineState =
  | "never run"
  | "running"
  | "crashed"
  | "completed"
  | "failed"
  | "interrupted"
  | "abandoned";

export interface PipelineStatus {
  readonly pipeline: string;
  readonly state: PipelineState;
  readonly run: RunHead | null;
  readonly holder: Lease | null;
  readonly chunks: { readonly done: number; readonly total: number } | null;
  /** the command that goes on from here; empty when there is nothing to do */
  readonly next: string;
}

export interface StatusPorts {
  readonly storage: Pick<Storage, "listRuns" | "listBatches" | "findLease">;
  readonly clock: Pick<Clock, "nowMs">;
  readonly tenant: string;
}

export async function pipelineStatus(ports: StatusPorts, pipeline: string): Promise<PipelineStatus> {
  const { storage, tenant } = ports;
  const [run] = await storage.listRuns({ tenant, pipeline, limit: 1 });
  const holder = await livingHolder(ports, pipeline);
  const state = stateOf(run, holder);
  const chunks = run === undefined ? null : await countChunks(storage, run);
  return { pipeline, state, run: run ?? null, holder, chunks, next: nextCommand(pipeline, state) };
}

/** Whether somebody works on this very run now; only the newest run of a pipeline is ever worked on. */
export async function isWorkedOn(ports: StatusPorts, { tenant, pipeline, runId }: RunHead): Promise<boolean> {
  const [newest] = await ports.storage.listRuns({ tenant, pipeline, limit: 1 });
  if (newest?.runId !== runId) return false;
  return stateOf(newest, await livingHolder(ports, pipeline)) === "running";
}

/** Of another host only the lease tells whether its process lives: one that has run out holds nothing. */
async function livingHolder(
  { storage, clock, tenant }: StatusPorts,
  pipeline: string,
): Promise<Lease | null> {
  const lease = await storage.findLease(pipelineLeaseName(tenant, pipeline));
  if (lease === undefined || lease.expiresAtMs <= clock.nowMs()) return null;
  return isHolderDead(lease.holder) ? null : lease;
}

function stateOf(run: RunHead | undefined, holder: Lease | null): PipelineState {
  if (run === undefined) return holder === null ? "never run" : "running";
  if (run.status === "running" || run.status === "finalizing") return holder === null ? "crashed" : "running";
  return run.status;
}

async function countChunks(storage: StatusPorts["storage"], run: RunHead): Promise<PipelineStatus["chunks"]> {
  const batches = await storage.listBatches(run.tenant, run.rootRunId);
  if (batches.length === 0) return null;
  return { done: batches.filter((batch) => batch.status === "completed").length, total: batches.length };
}

function nextCommand(pipeline: string, state: PipelineState): string {
  switch (state) {
    case "never run":
    case "abandoned":
      return `tidemark run ${pipeline}`;
    case "crashed":
    case "failed":
    case "interrupted":
      return `tidemark resume ${pipeline}`;
    case "running":
      return `tidemark journal ${pipeline} --follow`;
    case "completed":
      return "";
  }
}
