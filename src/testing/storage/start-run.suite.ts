/** Contract of `startRun`, `findRun` and `listBatches`. */
import { describe, expect, it } from "vitest";
import {
  acquire,
  batchKey,
  claim,
  completeSample,
  PIPELINE,
  readRunEvents,
  sampleStart,
  startSample,
  TENANT,
} from "./sample-requests.ts";
import { createOpener, type StorageAdapter } from "./storage-place.ts";

export function describeStartRun(adapter: StorageAdapter): void {
  describe(`${adapter.name}: startRun`, () => {
    const open = createOpener(adapter);

    it("starts a chain with its batches and its event", async () => {
      const { storage } = await open();
      const run = await startSample(storage, await acquire(storage), "A");
      expect(run).toEqual({
        tenant: TENANT,
        runId: "A",
        pipeline: PIPELINE,
        label: "run-1",
        number: 1,
        rootRunId: "A",
        status: "running",
        planHash: "00".repeat(32),
        plan: { source: "orders", chunks: 2 },
        manifestText: null,
        startedAtMs: 1_800_000_000_000,
        finishedAtMs: null,
      });
      expect(await storage.findRun(TENANT, "A")).toEqual(run);
      expect(await storage.listBatches(TENANT, "A")).toEqual([
        {
          rootRunId: "A",
          index: 0,
          status: "pending",
          attempt: 0,
          bounds: { from: 1, to: 10 },
          result: null,
        },
        {
          rootRunId: "A",
          index: 1,
          status: "pending",
          attempt: 0,
          bounds: { from: 11, to: 20 },
          result: null,
        },
      ]);
      expect((await readRunEvents(storage, "A")).map(({ header }) => header.kind)).toEqual(["run.planned"]);
    });

    it("starts a run without batches, and one with 20,000", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A", { bounds: [] });
      const bounds = Array.from({ length: 20_000 }, (_, from) => ({ from }));
      await startSample(storage, lease, "B", { pipeline: "other", bounds });
      expect(await storage.listBatches(TENANT, "A")).toEqual([]);
      expect(await storage.listBatches(TENANT, "B")).toHaveLength(20_000);
    });

    it("refuses a second chain until the first is completed or abandoned, and writes nothing", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      const finish = (runId: string, status: "failed" | "interrupted" | "completed" | "abandoned") =>
        storage.finishRun({ lease, tenant: TENANT, runId, status, finishedAtMs: 5, events: [] });
      await startSample(storage, lease, "A");
      expect(await storage.startRun(sampleStart(lease, "B"))).toMatchObject({
        kind: "unfinished",
        run: { runId: "A" },
      });
      await finish("A", "interrupted");
      expect(await storage.startRun(sampleStart(lease, "B"))).toMatchObject({ kind: "unfinished" });
      expect(await storage.findRun(TENANT, "B")).toBeUndefined();
      expect(await readRunEvents(storage, "B")).toEqual([]);
      await finish("A", "abandoned");
      expect((await startSample(storage, lease, "B")).label).toBe("run-2");
      await finish("B", "completed");
      expect((await startSample(storage, lease, "C")).label).toBe("run-3");
    });

    it("goes on with a chain: claimed and failed batches are pending again, completed ones stay", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A", { bounds: [{ n: 0 }, { n: 1 }, { n: 2 }] });
      await completeSample(storage, batchKey(lease, "A", 0));
      await claim(storage, batchKey(lease, "A", 1));
      const attempt = await claim(storage, batchKey(lease, "A", 2));
      await storage.failBatch({ ...batchKey(lease, "A", 2), attempt, willRetry: false, events: [] });
      const run = await startSample(storage, lease, "B", { rootRunId: "A", bounds: [] });
      expect(run).toMatchObject({ label: "run-2-replay", number: 2, rootRunId: "A", status: "running" });
      expect((await storage.listBatches(TENANT, "A")).map((batch) => [batch.status, batch.attempt])).toEqual([
        ["completed", 1],
        ["pending", 1],
        ["pending", 1],
      ]);
      expect(await storage.findRun(TENANT, "A")).toMatchObject({ status: "interrupted" });
    });

    it("hands the chain's manifest on to the run that goes on with it", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A", { bounds: [] });
      await storage.finalizeRun({ lease, tenant: TENANT, runId: "A", manifestText: '{"m":1}', events: [] });
      const run = await startSample(storage, lease, "B", { rootRunId: "A", bounds: [] });
      expect(run.manifestText).toBe('{"m":1}');
    });

    it("does not go on with a chain while another is unfinished, nor with one that is not there", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A");
      await storage.finishRun({
        lease,
        tenant: TENANT,
        runId: "A",
        status: "completed",
        finishedAtMs: 5,
        events: [],
      });
      await startSample(storage, lease, "B");
      expect(await storage.startRun(sampleStart(lease, "C", { rootRunId: "A", bounds: [] }))).toMatchObject({
        kind: "unfinished",
        run: { runId: "B" },
      });
      const other = sampleStart(lease, "D", { pipeline: "other", rootRunId: "none", bounds: [] });
      await expect(storage.startRun(other)).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    });
  });
}
