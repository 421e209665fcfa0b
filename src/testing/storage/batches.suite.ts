/** Contract of `claimBatch`, `completeBatch`, `failBatch` and `listCheckpoints`. */
import { describe, expect, it } from "vitest";
import {
  acquire,
  batchKey,
  claim,
  completeSample,
  PIPELINE,
  readRunEvents,
  sampleCheckpoint,
  startSample,
  TENANT,
} from "./sample-requests.ts";
import { createOpener, type StorageAdapter } from "./storage-place.ts";

export function describeBatches(adapter: StorageAdapter): void {
  describe(`${adapter.name}: batches`, () => {
    const open = createOpener(adapter);
    const event = (kind: string) => ({ entity: "run/A", kind, payload: {} });

    it("claims a batch once, counting the attempt", async () => {
      const { storage, openAgain } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A");
      const other = await openAgain();
      const outcomes = await Promise.all(
        [storage, other, storage].map((one) =>
          one.claimBatch({ ...batchKey(lease, "A", 0), events: [event("chunk.started")] }),
        ),
      );
      expect(outcomes.filter(({ kind }) => kind === "claimed")).toEqual([{ kind: "claimed", attempt: 1 }]);
      expect(outcomes.filter(({ kind }) => kind !== "claimed")).toEqual([
        { kind: "notClaimable", status: "claimed" },
        { kind: "notClaimable", status: "claimed" },
      ]);
      expect((await readRunEvents(storage, "A")).map(({ header }) => header.kind)).toEqual([
        "run.planned",
        "chunk.started",
      ]);
    });

    it("completes a batch with result, checkpoint and events together", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A");
      const key = batchKey(lease, "A", 1);
      const attempt = await claim(storage, key);
      const completion = { ...key, attempt, result: { rows: 7 }, checkpoint: sampleCheckpoint(1) };
      expect(await storage.completeBatch({ ...completion, events: [event("chunk.completed")] })).toEqual({
        kind: "completed",
      });
      expect((await storage.listBatches(TENANT, "A"))[1]).toMatchObject({
        status: "completed",
        result: { rows: 7 },
      });
      expect(await storage.listCheckpoints(TENANT, PIPELINE)).toEqual([sampleCheckpoint(1)]);
      expect(await readRunEvents(storage, "A")).toHaveLength(2);
      expect(await storage.claimBatch({ ...key, events: [] })).toEqual({
        kind: "notClaimable",
        status: "completed",
      });
    });

    it("says that a completion asked for again is done, and writes nothing more", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A");
      const key = batchKey(lease, "A", 1);
      const attempt = await claim(storage, key);
      const completion = { ...key, attempt, result: { rows: 7 }, checkpoint: sampleCheckpoint(1) };
      const events = [event("chunk.completed")];
      await storage.completeBatch({ ...completion, events });
      const later = { ...completion, checkpoint: { ...sampleCheckpoint(1), atMs: 9 } };
      expect(await storage.completeBatch({ ...later, events })).toEqual({ kind: "completed" });
      expect(await storage.listCheckpoints(TENANT)).toEqual([sampleCheckpoint(1)]);
      expect(await readRunEvents(storage, "A")).toHaveLength(2);
    });

    it("does not pass a completion off for another one: of another attempt, or with another result", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A");
      const key = batchKey(lease, "A", 0);
      const first = await claim(storage, key);
      await storage.failBatch({ ...key, attempt: first, willRetry: true, events: [] });
      const attempt = await claim(storage, key);
      const completion = { ...key, result: { rows: 7 }, checkpoint: sampleCheckpoint(0), events: [] };
      await storage.completeBatch({ ...completion, attempt });
      const stale = { kind: "staleAttempt", attempt, status: "completed" };
      expect(await storage.completeBatch({ ...completion, attempt: first })).toEqual(stale);
      expect(await storage.completeBatch({ ...completion, attempt, result: { rows: 8 } })).toEqual(stale);
      expect((await storage.listBatches(TENANT, "A"))[0]?.result).toEqual({ rows: 7 });
    });

    it("does not fail a batch that this attempt completed", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A");
      await completeSample(storage, batchKey(lease, "A", 0));
      for (const willRetry of [true, false]) {
        const failure = {
          ...batchKey(lease, "A", 0),
          attempt: 1,
          willRetry,
          events: [event("chunk.failed")],
        };
        expect(await storage.failBatch(failure)).toEqual({ kind: "alreadyCompleted" });
      }
      expect((await storage.listBatches(TENANT, "A"))[0]).toMatchObject({ status: "completed", attempt: 1 });
      expect(await readRunEvents(storage, "A")).toHaveLength(1);
    });

    it("refuses the completion of an attempt that another one followed", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A");
      const key = batchKey(lease, "A", 0);
      const attempt = await claim(storage, key);
      await storage.failBatch({ ...key, attempt, willRetry: true, events: [event("chunk.failed")] });
      const late = { ...key, attempt, result: {}, checkpoint: sampleCheckpoint(0), events: [] };
      expect(await storage.completeBatch(late)).toEqual({
        kind: "staleAttempt",
        attempt: 1,
        status: "pending",
      });
      expect(await claim(storage, key)).toBe(2);
      expect(await storage.completeBatch(late)).toEqual({
        kind: "staleAttempt",
        attempt: 2,
        status: "claimed",
      });
      expect(await storage.listCheckpoints(TENANT)).toEqual([]);
    });

    it("makes a failed batch claimable again, or not", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A");
      const key = batchKey(lease, "A", 0);
      await storage.failBatch({ ...key, attempt: await claim(storage, key), willRetry: true, events: [] });
      const attempt = await claim(storage, key);
      await storage.failBatch({ ...key, attempt, willRetry: false, events: [event("chunk.failed")] });
      expect(await storage.claimBatch({ ...key, events: [] })).toEqual({
        kind: "notClaimable",
        status: "failed",
      });
      expect((await readRunEvents(storage, "A")).at(-1)?.header.kind).toBe("chunk.failed");
      await expect(
        storage.failBatch({ ...key, attempt, willRetry: false, events: [] }),
      ).rejects.toMatchObject({ code: "INTERNAL_ASSERTION" });
    });

    it("replaces the checkpoint of a stage and forgets those of a pipeline", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A");
      await completeSample(storage, batchKey(lease, "A", 0));
      await completeSample(storage, batchKey(lease, "A", 1));
      expect(await storage.listCheckpoints(TENANT)).toEqual([sampleCheckpoint(1)]);
      expect(await storage.listCheckpoints(TENANT, "other")).toEqual([]);
      const reset = { lease, tenant: TENANT, pipeline: PIPELINE, events: [event("state.reset")] };
      expect(await storage.resetCheckpoints(reset)).toEqual({ kind: "done" });
      expect(await storage.listCheckpoints(TENANT)).toEqual([]);
      expect((await readRunEvents(storage, "A")).at(-1)?.header.kind).toBe("state.reset");
    });
  });
}
