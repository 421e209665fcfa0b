/** Contract of `listRuns` and `listRootRunIds`. */
import { describe, expect, it } from "vitest";
import type { LeaseProof, RunFilter, Storage } from "../../storage/port.ts";
import { acquire, PIPELINE, startSample, TENANT } from "./sample-requests.ts";
import { createOpener, type StorageAdapter } from "./storage-place.ts";

const OTHER = "other";

async function fail(storage: Storage, lease: LeaseProof, runId: string): Promise<void> {
  await storage.finishRun({ lease, tenant: TENANT, runId, status: "failed", finishedAtMs: 5, events: [] });
}

async function complete(storage: Storage, lease: LeaseProof, runId: string): Promise<void> {
  await storage.finishRun({ lease, tenant: TENANT, runId, status: "completed", finishedAtMs: 6, events: [] });
}

/** Oldest first: AA1 (failed), its replay AB2 (completed), BA1 of another pipeline (completed), AC3 (running). */
async function startFour(storage: Storage): Promise<void> {
  const lease = await acquire(storage);
  await startSample(storage, lease, "AA1", { bounds: [] });
  await storage.finalizeRun({ lease, tenant: TENANT, runId: "AA1", manifestText: "{}", events: [] });
  await fail(storage, lease, "AA1");
  await startSample(storage, lease, "AB2", { rootRunId: "AA1", bounds: [] });
  await complete(storage, lease, "AB2");
  await startSample(storage, lease, "BA1", { pipeline: OTHER });
  await complete(storage, lease, "BA1");
  await startSample(storage, lease, "AC3");
}

export function describeListRuns(adapter: StorageAdapter): void {
  describe(`${adapter.name}: listRuns`, () => {
    const open = createOpener(adapter);

    it.each<readonly [Omit<RunFilter, "tenant">, readonly string[]]>([
      [{}, ["AC3 run-3", "BA1 run-1", "AB2 run-2-replay", "AA1 run-1"]],
      [{ limit: 2 }, ["AC3 run-3", "BA1 run-1"]],
      [{ pipeline: PIPELINE }, ["AC3 run-3", "AB2 run-2-replay", "AA1 run-1"]],
      [{ pipeline: PIPELINE, limit: 1 }, ["AC3 run-3"]],
      [{ label: "run-1" }, ["BA1 run-1", "AA1 run-1"]],
      [{ label: "run-1", pipeline: PIPELINE }, ["AA1 run-1"]],
      [{ label: "run-" }, []],
      [{ rootRunId: "AA1" }, ["AB2 run-2-replay", "AA1 run-1"]],
      [{ rootRunId: "AA1", limit: 1 }, ["AB2 run-2-replay"]],
      [{ rootRunId: "AA1", pipeline: OTHER }, []],
      [{ rootRunId: "AB2" }, []],
      [{ runIdPrefix: "A" }, ["AC3 run-3", "AB2 run-2-replay", "AA1 run-1"]],
      [{ runIdPrefix: "AB2" }, ["AB2 run-2-replay"]],
      [{ runIdPrefix: "AB22" }, []],
      [{ runIdPrefix: "a" }, []],
      [{ runIdPrefix: "%" }, []],
      [{ status: "completed" }, ["BA1 run-1", "AB2 run-2-replay"]],
      [{ status: "completed", pipeline: PIPELINE, limit: 1 }, ["AB2 run-2-replay"]],
      [{ pipeline: "none" }, []],
    ])("with %j gives what is meant, newest first", async (filter, expected) => {
      const { storage } = await open();
      await startFour(storage);
      const found = await storage.listRuns({ tenant: TENANT, ...filter });
      expect(found.map(({ runId, label }) => `${runId} ${label}`)).toEqual(expected);
      expect(await storage.listRuns({ tenant: "nobody", ...filter })).toEqual([]);
    });

    it("gives heads: everything of a run but its plan and its manifest", async () => {
      const { storage } = await open();
      await startFour(storage);
      const whole = await storage.findRun(TENANT, "AB2");
      const { plan, manifestText, ...head } = { plan: null, manifestText: null, ...whole };
      expect([plan, manifestText]).toEqual([{ source: "orders", chunks: 2 }, "{}"]);
      expect(await storage.listRuns({ tenant: TENANT, runIdPrefix: "AB2" })).toEqual([head]);
      expect(await storage.findRun("nobody", "AB2")).toBeUndefined();
    });

    it("gives fifty when nothing is said, and as many as asked for", async () => {
      const { storage } = await open();
      const lease = await acquire(storage);
      for (let index = 0; index < 52; index += 1) {
        await startSample(storage, lease, `R${index}`, { bounds: [], events: [] });
        await complete(storage, lease, `R${index}`);
      }
      const all = { tenant: TENANT, pipeline: PIPELINE };
      expect(await storage.listRuns(all)).toHaveLength(50);
      expect(await storage.listRuns({ ...all, limit: Number.MAX_SAFE_INTEGER })).toHaveLength(52);
      expect(await storage.listRootRunIds(TENANT, PIPELINE)).toHaveLength(52);
    });

    it("names the first run of every chain of a pipeline once", async () => {
      const { storage } = await open();
      await startFour(storage);
      expect((await storage.listRootRunIds(TENANT, PIPELINE)).toSorted()).toEqual(["AA1", "AC3"]);
      expect(await storage.listRootRunIds(TENANT, OTHER)).toEqual(["BA1"]);
      expect(await storage.listRootRunIds(TENANT, "none")).toEqual([]);
      expect(await storage.listRootRunIds("nobody", PIPELINE)).toEqual([]);
    });
  });
}
