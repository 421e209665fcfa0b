/** Which operations write; both threads ask. */
import type { WriteName } from "./operation-table.ts";

const WRITES: Readonly<Record<WriteName, true>> = {
  appendEvents: true,
  acquireLease: true,
  extendLease: true,
  releaseLease: true,
  startRun: true,
  claimBatch: true,
  completeBatch: true,
  failBatch: true,
  finalizeRun: true,
  finishRun: true,
  recordRunEvents: true,
  resetCheckpoints: true,
};

export const WRITE_NAMES: ReadonlySet<string> = new Set(Object.keys(WRITES));

export function isWrite(name: string): name is WriteName {
  return WRITE_NAMES.has(name);
}
