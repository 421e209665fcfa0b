/** Contract of `finalizeRun`, `finishRun` and `recordRunEvents`. */
import { describe, expect, it } from "vitest";
import { acquire, batchKey, completeSample, readRunEvents, startSample, TENANT } from "./sample-requests.ts";
import { createOpener, type StorageAdapter } from "./storage-place.ts";

export function describeFinishRun(adapter: StorageAdapter): void {
  describe(`${adapter.name}: the end of a run`, () => {
    const open = createOpener(adapter);
    const event = (kind: string) => ({ entity: "run/A", kind, payload: {} });

    it("finalizes once every batch is completed", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A");
      const finalize = {
        lease,
        tenant: TENANT,
        runId: "A",
        manifestText: '{"parts":[]}',
        events: [event("run.finalizing")],
      };
      await completeSample(storage, batchKey(lease, "A", 0));
      expect(await storage.finalizeRun(finalize)).toEqual({ kind: "notReady", openCount: 1 });
      expect(await readRunEvents(storage, "A")).toHaveLength(1);
      await completeSample(storage, batchKey(lease, "A", 1));
      expect(await storage.finalizeRun(finalize)).toEqual({ kind: "finalizing" });
      expect(await storage.findRun(TENANT, "A")).toMatchObject({
        status: "finalizing",
        manifestText: '{"parts":[]}',
        finishedAtMs: null,
      });
      expect(await readRunEvents(storage, "A")).toHaveLength(2);
    });

    it.each(["completed", "failed", "interrupted"] as const)("finishes a run as %s", async (status) => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A");
      const finish = {
        lease,
        tenant: TENANT,
        runId: "A",
        status,
        finishedAtMs: 9,
        events: [event("run.completed")],
      };
      expect(await storage.finishRun(finish)).toEqual({ kind: "done" });
      expect(await storage.findRun(TENANT, "A")).toMatchObject({ status, finishedAtMs: 9 });
      expect((await readRunEvents(storage, "A")).at(-1)?.header.kind).toBe("run.completed");
    });

    it("does not take a completed run back", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A", { bounds: [] });
      const finish = { lease, tenant: TENANT, runId: "A", finishedAtMs: 9, events: [event("run.completed")] };
      await storage.finishRun({ ...finish, status: "completed" });
      await expect(storage.finishRun({ ...finish, status: "failed" })).rejects.toMatchObject({
        code: "INTERNAL_ASSERTION",
      });
      expect(await storage.findRun(TENANT, "A")).toMatchObject({ status: "completed" });
      await expect(storage.finishRun({ ...finish, runId: "none", status: "failed" })).rejects.toMatchObject({
        code: "RUN_NOT_FOUND",
      });
    });

    it("abandons the whole chain and forgets its bounds and results", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A");
      await completeSample(storage, batchKey(lease, "A", 0));
      await storage.finishRun({
        lease,
        tenant: TENANT,
        runId: "A",
        status: "failed",
        finishedAtMs: 7,
        events: [],
      });
      await startSample(storage, lease, "B", { rootRunId: "A", bounds: [] });
      const abandon = {
        lease,
        tenant: TENANT,
        runId: "B",
        status: "abandoned" as const,
        finishedAtMs: 9,
        events: [],
      };
      expect(await storage.finishRun(abandon)).toEqual({ kind: "done" });
      const runs = await storage.listRuns({ tenant: TENANT });
      expect(runs.map(({ runId, status, finishedAtMs }) => [runId, status, finishedAtMs])).toEqual([
        ["B", "abandoned", 9],
        ["A", "abandoned", 7],
      ]);
      expect(await storage.listBatches(TENANT, "A")).toEqual([]);
    });

    it("records events of a run while it goes on", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      await startSample(storage, lease, "A");
      const warn = { lease, tenant: TENANT, events: [event("warning.raised"), event("warning.raised")] };
      expect(await storage.recordRunEvents(warn)).toEqual({ kind: "done" });
      expect(await readRunEvents(storage, "A")).toHaveLength(3);
      await expect(
        storage.recordRunEvents({ ...warn, events: [{ ...event("warning.raised"), kind: "warn" }] }),
      ).rejects.toMatchObject({ code: "LEDGER_BAD_EVENT" });
    });
  });
}
