/** Contract of the lease proof: whoever lost the lease changes nothing, by any operation. */
import { describe, expect, it } from "vitest";
import type { LeaseProof, Storage } from "../../storage/port.ts";
import {
  acquire,
  batchKey,
  claim,
  LEASE_MS,
  OTHER_HOLDER,
  PIPELINE,
  readAll,
  sampleCheckpoint,
  sampleStart,
  startSample,
  TENANT,
} from "./sample-requests.ts";
import { createOpener, type StorageAdapter } from "./storage-place.ts";

const EVENTS = [{ entity: "run/A", kind: "zombie.acted", payload: {} }];

/** Every operation that is done under a lease. */
const OPERATIONS: Readonly<
  Record<string, (storage: Storage, lease: LeaseProof) => Promise<{ kind: string }>>
> = {
  startRun: (storage, lease) => storage.startRun(sampleStart(lease, "Z", { rootRunId: "A", bounds: [] })),
  claimBatch: (storage, lease) => storage.claimBatch({ ...batchKey(lease, "A", 1), events: EVENTS }),
  completeBatch: (storage, lease) =>
    storage.completeBatch({
      ...batchKey(lease, "A", 0),
      attempt: 1,
      result: {},
      checkpoint: sampleCheckpoint(0),
      events: EVENTS,
    }),
  failBatch: (storage, lease) =>
    storage.failBatch({ ...batchKey(lease, "A", 0), attempt: 1, willRetry: true, events: EVENTS }),
  finalizeRun: (storage, lease) =>
    storage.finalizeRun({ lease, tenant: TENANT, runId: "A", manifestText: "{}", events: EVENTS }),
  finishRun: (storage, lease) =>
    storage.finishRun({
      lease,
      tenant: TENANT,
      runId: "A",
      status: "failed",
      finishedAtMs: 1,
      events: EVENTS,
    }),
  recordRunEvents: (storage, lease) => storage.recordRunEvents({ lease, tenant: TENANT, events: EVENTS }),
  resetCheckpoints: (storage, lease) =>
    storage.resetCheckpoints({ lease, tenant: TENANT, pipeline: PIPELINE, events: EVENTS }),
  extendLease: (storage, lease) => storage.extendLease({ proof: lease, ttlMs: LEASE_MS }),
};

export function describeFencing(adapter: StorageAdapter): void {
  describe(`${adapter.name}: fencing`, () => {
    const open = createOpener(adapter);

    it.each(Object.entries(OPERATIONS))("%s of a lost lease changes nothing", async (_, operate) => {
      const { storage, clock } = await open();
      const lost = await acquire(storage);
      await startSample(storage, lost, "A");
      await claim(storage, batchKey(lost, "A", 0));
      await clock.advance(LEASE_MS);
      await acquire(storage, OTHER_HOLDER);
      const look = async (): Promise<unknown> => [
        await readAll(storage),
        await storage.listRuns({ tenant: TENANT }),
        await storage.listBatches(TENANT, "A"),
        await storage.listCheckpoints(TENANT),
        await storage.findLease(lost.name),
      ];
      const before = await look();
      expect(await operate(storage, lost)).toMatchObject({
        kind: "lostLease",
        lease: { holder: OTHER_HOLDER },
      });
      expect(await look()).toEqual(before);
    });
  });
}
