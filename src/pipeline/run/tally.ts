/** Sums over the chunks of a chain, and the balance every chunk and every run must keep. */
import { TidemarkError } from "../../core/errors.ts";
import type { Balance, BatchResult } from "../execution/batch-descriptor.ts";

export interface RunTally extends Balance {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly files: number;
  readonly longestChunkMs: number;
}

export function tallyResults(results: readonly BatchResult[]): RunTally {
  const sum = (pick: (result: BatchResult) => number): number =>
    results.reduce((total, result) => total + pick(result), 0);
  return {
    read: sum((result) => result.balance.read),
    written: sum((result) => result.balance.written),
    quarantined: sum((result) => result.balance.quarantined),
    filtered: sum((result) => result.balance.filtered),
    bytesRead: sum((result) => result.bytesRead),
    bytesWritten: sum((result) => result.bytesWritten),
    files: sum((result) => result.parts.filter((part) => part.sha256 !== null).length),
    longestChunkMs: results.reduce((longest, result) => Math.max(longest, result.durationMs), 0),
  };
}

/** Throws RUN_UNBALANCED when a row came in and is nowhere: nothing may be committed then. */
export function assertBalanced(pipeline: string, balance: Balance): void {
  const { read, written, quarantined, filtered } = balance;
  if (read === written + quarantined + filtered) return;
  throw new TidemarkError("RUN_UNBALANCED", { pipeline, read, written, quarantined, filtered });
}
