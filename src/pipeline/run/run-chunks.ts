/**
 * Runs the open chunks of a chain over the slots of a crew, in order of their index. The first chunk that can not be
 * committed stops the others at their next commit; a drain (first Ctrl-C) lets those under way finish. After each commit
 * the refused rows are held against the policy's bound.
 */
import { TidemarkError } from "../../core/errors.ts";
import type { BatchRow } from "../../storage/port.ts";
import type { BatchResult } from "../execution/batch-descriptor.ts";
import type { WorkerCrew } from "../execution/worker-crew.ts";
import { runChunk } from "./run-chunk.ts";
import type { RunContext } from "./run-context.ts";
import { tallyResults } from "./tally.ts";

/** Results by chunk index; what earlier runs of the chain committed is already in. */
export type ChunkResults = Map<number, BatchResult>;

export type ChunksOutcome = "done" | "drained";

/** Throws the first error of a chunk that could not be committed, after the chunks under way have ended. */
export async function runChunks(
  context: RunContext,
  batches: readonly BatchRow[],
  crew: WorkerCrew,
  results: ChunkResults,
): Promise<ChunksOutcome> {
  const open = batches.filter((batch) => batch.status !== "completed");
  let next = 0;
  let failure: unknown;
  let sequence = results.size;
  const nextSequence = (): number => (sequence += 1);
  const workSlot = async (slot: number): Promise<void> => {
    for (;;) {
      if (failure !== undefined || context.ports.drain.aborted) return;
      const batch = open[next++];
      if (batch === undefined) return;
      try {
        const result = await runChunk(context, batch, { crew, slot, nextSequence });
        if (result === undefined) return;
        results.set(batch.index, result);
        context.ports.observer.onChunkDone(results.size, batches.length);
        assertFewRefused(context, results);
      } catch (error) {
        failure ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: crew.size }, (_, slot) => workSlot(slot)));
  if (failure !== undefined) throw failure;
  return results.size === batches.length ? "done" : "drained";
}

/**
 * Throws RUN_TOO_MANY_QUARANTINED. The bound is broken when every part of it that is set is broken: a share alone would
 * stop a run at its first row.
 */
export function assertFewRefused(context: RunContext, results: ChunkResults): void {
  const { stopAfterShare, stopAfterCount } = context.definition.onError;
  if (stopAfterShare === null && stopAfterCount === null) return;
  const { read, quarantined } = tallyResults([...results.values()]);
  if (quarantined === 0) return;
  const overShare = stopAfterShare === null || quarantined > read * stopAfterShare;
  const overCount = stopAfterCount === null || quarantined > stopAfterCount;
  if (!overShare || !overCount) return;
  throw new TidemarkError("RUN_TOO_MANY_QUARANTINED", {
    pipeline: context.plan.pipeline,
    run: context.run.runId,
    count: quarantined,
    read,
    threshold: describeBound(stopAfterShare, stopAfterCount),
  });
}

function describeBound(share: number | null, count: number | null): string {
  const parts = [share === null ? "" : `${share * 100} %`, count === null ? "" : `${count} rows`];
  return parts.filter((part) => part !== "").join(" and ");
}
