/**
 * Finds the run a person means: `orders` (its newest), `orders/run-7`, `run-7` when only one pipeline has it, a ULID, or
 * the beginning of one (6 characters or more). What comes first in this list wins: a pipeline named like a label is the pipeline.
 */
import { didYouMean } from "../core/did-you-mean.ts";
import { assert, TidemarkError } from "../core/errors.ts";
import { isUlid } from "../core/ulid.ts";
import type { RunFilter, RunHead, RunRow, Storage } from "../storage/port.ts";

/** Runs that a label or a prefix may match, and newest runs that a hint is looked for in. */
const LOOKED_AT_MAX = 1_000;
/** Shorter beginnings of a run id match too much. */
const PREFIX_LENGTH_MIN = 6;

/** Throws RUN_NOT_FOUND with what comes near. */
export async function getRun(storage: Storage, tenant: string, reference: string): Promise<RunRow> {
  if (isUlid(reference)) {
    const exact = await storage.findRun(tenant, reference);
    if (exact !== undefined) return exact;
  }
  for (const filter of filtersOf(reference)) {
    const matches = await storage.listRuns({ tenant, limit: LOOKED_AT_MAX, ...filter });
    const [found] = matches;
    if (found === undefined) continue;
    if (matches.some(({ pipeline }) => pipeline !== found.pipeline)) {
      throw notFound(reference, `, it could be any of: ${listChoices(matches)}`);
    }
    const run = await storage.findRun(tenant, found.runId);
    assert(run !== undefined, `run ${found.runId} stays where it was found`);
    return run;
  }
  throw notFound(reference, didYouMean(reference, await listNames(storage, tenant)));
}

/** Every run of the chain a run belongs to, oldest first. */
export async function listChain(storage: Storage, run: RunHead): Promise<readonly RunHead[]> {
  const { tenant, rootRunId } = run;
  const runs = await storage.listRuns({ tenant, rootRunId, limit: Number.MAX_SAFE_INTEGER });
  return runs.toReversed();
}

/** What the reference can mean, in the order it is tried. */
function filtersOf(reference: string): readonly Omit<RunFilter, "tenant">[] {
  const filters: Omit<RunFilter, "tenant">[] = [{ pipeline: reference, limit: 1 }];
  const slash = reference.lastIndexOf("/");
  if (slash > 0)
    filters.push({ pipeline: reference.slice(0, slash), label: reference.slice(slash + 1), limit: 1 });
  filters.push({ label: reference });
  if (reference.length >= PREFIX_LENGTH_MIN) filters.push({ runIdPrefix: reference.toUpperCase() });
  return filters;
}

async function listNames(storage: Storage, tenant: string): Promise<ReadonlySet<string>> {
  const runs = await storage.listRuns({ tenant, limit: LOOKED_AT_MAX });
  return new Set(runs.flatMap(({ pipeline, label }) => [pipeline, `${pipeline}/${label}`]));
}

function notFound(run: string, hint: string): TidemarkError {
  return new TidemarkError("RUN_NOT_FOUND", { run, hint });
}

function listChoices(runs: readonly RunHead[]): string {
  return runs
    .slice(0, 5)
    .map((run) => `${run.pipeline}/${run.label}`)
    .join(", ");
}
