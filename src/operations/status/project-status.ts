/** What stands where: per pipeline its newest run, whether somebody works on it now, and what to do next. */
import { isHolderDead } from "../../core/process-identity.ts";
import { pipelineLeaseName } from "../../pipeline/run/pipeline-lease.ts";
import type { Lease, RunRow, Storage } from "../../storage/port.ts";

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
  readonly run: RunRow | null;
  readonly holder: Lease | null;
  readonly chunks: { readonly done: number; readonly total: number } | null;
  /** the command that goes on from here; empty when there is nothing to do */
  readonly next: string;
}

export async function pipelineStatus(
  storage: Storage,
  tenant: string,
  pipeline: string,
): Promise<PipelineStatus> {
  const [run] = await storage.listRuns({ tenant, pipeline, limit: 1 });
  const holder = await livingHolder(storage, pipelineLeaseName(tenant, pipeline));
  const state = stateOf(run, holder);
  const chunks = run === undefined ? null : await countChunks(storage, run);
  return { pipeline, state, run: run ?? null, holder, chunks, next: nextCommand(pipeline, state) };
}

async function livingHolder(storage: Storage, name: string): Promise<Lease | null> {
  const lease = await storage.findLease(name);
  return lease === undefined || isHolderDead(lease.holder) ? null : lease;
}

function stateOf(run: RunRow | undefined, holder: Lease | null): PipelineState {
  if (run === undefined) return holder === null ? "never run" : "running";
  if (run.status === "running" || run.status === "finalizing") return holder === null ? "crashed" : "running";
  return run.status;
}

async function countChunks(storage: Storage, run: RunRow): Promise<PipelineStatus["chunks"]> {
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
