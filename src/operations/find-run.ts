/**
 * Finds the run a person means: `orders` (its newest), `orders/run-7`, `run-7` when only one pipeline has it, a ULID, or
 * the beginning of one (6 characters or more).
 */
import { didYouMean } from "../core/did-you-mean.ts";
import { TidemarkError } from "../core/errors.ts";
import { isUlid } from "../core/ulid.ts";
import type { RunRow, Storage } from "../storage/port.ts";

const SEARCHED_MAX = 10_000;

/** Throws RUN_NOT_FOUND with what comes near. */
export async function getRun(storage: Storage, tenant: string, reference: string): Promise<RunRow> {
  if (isUlid(reference)) {
    const exact = await storage.findRun(tenant, reference);
    if (exact !== undefined) return exact;
  }
  const runs = await storage.listRuns({ tenant, limit: SEARCHED_MAX });
  const matches = runs.filter((run) => isMeant(run, reference));
  const [found] = matches;
  const pipelines = new Set(matches.map((run) => run.pipeline));
  if (found !== undefined && (pipelines.size === 1 || found.pipeline === reference)) return found;
  const names = [...new Set(runs.flatMap((run) => [run.pipeline, `${run.pipeline}/${run.label}`]))];
  const hint =
    pipelines.size > 1 ? `, it could be any of: ${listChoices(matches)}` : didYouMean(reference, names);
  throw new TidemarkError("RUN_NOT_FOUND", { run: reference, hint });
}

/** Every run of the chain a run belongs to, oldest first. */
export async function listChain(storage: Storage, run: RunRow): Promise<readonly RunRow[]> {
  const runs = await storage.listRuns({ tenant: run.tenant, pipeline: run.pipeline, limit: SEARCHED_MAX });
  return runs.filter((other) => other.rootRunId === run.rootRunId).toSorted((a, b) => a.number - b.number);
}

function isMeant(run: RunRow, reference: string): boolean {
  if (run.pipeline === reference || run.label === reference || `${run.pipeline}/${run.label}` === reference)
    return true;
  return reference.length >= 6 && run.runId.startsWith(reference.toUpperCase());
}

function listChoices(runs: readonly RunRow[]): string {
  return runs
    .slice(0, 5)
    .map((run) => `${run.pipeline}/${run.label}`)
    .join(", ");
}
