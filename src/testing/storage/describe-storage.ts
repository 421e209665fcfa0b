/**
 * The contract suite of the storage port: what every adapter must do, one file per operation or group of them. Call it from
 * a vitest file with the adapter to hold to it. What is particular to an engine (full disk, crash) has tests of its own.
 */
import { describeAppendEvents } from "./append-events.suite.ts";
import { describeBatches } from "./batches.suite.ts";
import { describeClock } from "./clock.suite.ts";
import { describeClose } from "./close.suite.ts";
import { describeFencing } from "./fencing.suite.ts";
import { describeFinishRun } from "./finish-run.suite.ts";
import { describeLeases } from "./leases.suite.ts";
import { describeListRuns } from "./list-runs.suite.ts";
import { describeReadEvents } from "./read-events.suite.ts";
import { describeStartRun } from "./start-run.suite.ts";
import type { StorageAdapter } from "./storage-place.ts";

export function describeStorage(adapter: StorageAdapter): void {
  describeAppendEvents(adapter);
  describeReadEvents(adapter);
  describeClock(adapter);
  describeLeases(adapter);
  describeStartRun(adapter);
  describeListRuns(adapter);
  describeBatches(adapter);
  describeFinishRun(adapter);
  describeFencing(adapter);
  describeClose(adapter);
}
