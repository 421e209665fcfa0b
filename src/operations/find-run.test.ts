import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../core/random.ts";
import { VirtualClock } from "../core/virtual-clock.ts";
import type { LeaseProof, Storage } from "../storage/port.ts";
import { openSqliteStorage } from "../storage/sqlite/open-sqlite-storage.ts";
import { getRun, listChain } from "./find-run.ts";

const TENANT = "t";
const ORDERS_1 = "01J00000AA0000000000000001";
const ORDERS_2 = "01J00000AB0000000000000002";
const DOGS_1 = "01J00000AC0000000000000003";
const NAMED_1 = "01J00000BD0000000000000004";

let folder: string;
let storage: Storage;

/** `orders` ran once and was resumed; `dogs` ran once; so did a pipeline that is named like a label. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-find-run-"));
  storage = await openSqliteStorage({ folder, clock: new VirtualClock(), random: seededRandom(1) });
  const holder = { pid: 1, host: "a", command: "c", incarnation: "i" };
  const outcome = await storage.acquireLease({ name: "l", holder, ttlMs: 60_000 });
  const lease: LeaseProof = { name: "l", token: outcome.lease.token };
  await start(lease, { pipeline: "orders", runId: ORDERS_1, status: "failed" });
  await start(lease, { pipeline: "orders", runId: ORDERS_2, rootRunId: ORDERS_1, status: "completed" });
  await start(lease, { pipeline: "dogs", runId: DOGS_1, status: "completed" });
  await start(lease, { pipeline: "run-2-replay", runId: NAMED_1, status: "completed" });
});

afterAll(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

interface Sample {
  readonly pipeline: string;
  readonly runId: string;
  readonly rootRunId?: string;
  readonly status: "failed" | "completed";
}

async function start(lease: LeaseProof, { pipeline, runId, rootRunId = "", status }: Sample): Promise<void> {
  await storage.startRun({
    lease,
    tenant: TENANT,
    runId,
    pipeline,
    rootRunId: rootRunId === "" ? null : rootRunId,
    planHash: "00",
    plan: { of: runId },
    bounds: [],
    startedAtMs: 1,
    events: [],
  });
  await storage.finishRun({ lease, tenant: TENANT, runId, status, finishedAtMs: 2, events: [] });
}

describe("getRun", () => {
  it.each([
    ["a whole id", ORDERS_1, ORDERS_1],
    ["a pipeline, its newest run", "orders", ORDERS_2],
    ["pipeline and label", "orders/run-1", ORDERS_1],
    ["pipeline and label of a resumed run", "orders/run-2-replay", ORDERS_2],
    ["a pipeline named like a label", "run-2-replay", NAMED_1],
    ["the beginning of an id, in small letters", "01j00000ab", ORDERS_2],
    ["a beginning that several runs of one pipeline have, the newest", "01J00000B", NAMED_1],
  ])("finds by %s", async (_, reference, runId) => {
    expect(await getRun(storage, TENANT, reference)).toEqual(await storage.findRun(TENANT, runId));
    expect(await getRun(storage, TENANT, reference)).toMatchObject({ plan: { of: runId } });
  });

  it.each([
    ["a label of several pipelines", "run-1", "run-2-replay/run-1, dogs/run-1, orders/run-1"],
    ["a beginning shared by pipelines", "01J00000A", "dogs/run-1, orders/run-2-replay, orders/run-1"],
  ])("names the choices for %s", async (_, reference, choices) => {
    await expect(getRun(storage, TENANT, reference)).rejects.toMatchObject({
      code: "RUN_NOT_FOUND",
      details: { run: reference, hint: `, it could be any of: ${choices}` },
    });
  });

  it.each([
    ["a mistyped pipeline", "oders", ", did you mean 'orders'?"],
    ["a mistyped label", "dogs/run-l", ", did you mean 'dogs/run-1'?"],
    ["a beginning that is too short", "01J00", ""],
    ["an id of nobody", "01J00000ZZ0000000000000009", ""],
    ["nothing", "", ""],
    ["a label without its pipeline", "/run-1", ""],
  ])("finds nothing for %s", async (_, reference, hint) => {
    await expect(getRun(storage, TENANT, reference)).rejects.toMatchObject({
      code: "RUN_NOT_FOUND",
      details: { hint },
    });
  });

  it("finds nothing of another tenant", async () => {
    await expect(getRun(storage, "nobody", ORDERS_1)).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });
});

describe("listChain", () => {
  it.each([
    ["the first", ORDERS_1],
    ["the last", ORDERS_2],
  ])("gives the whole chain, oldest first, for %s run of it", async (_, runId) => {
    const chain = await listChain(storage, await getRun(storage, TENANT, runId));
    expect(chain.map((run) => run.runId)).toEqual([ORDERS_1, ORDERS_2]);
  });

  it("gives a run that resumed nothing by itself", async () => {
    const chain = await listChain(storage, await getRun(storage, TENANT, DOGS_1));
    expect(chain.map((run) => run.runId)).toEqual([DOGS_1]);
  });
});
