/**
 * SIGKILL at every named point of a run, then resume. Before: the old rows stand. At the kill: a reader by manifest sees
 * exactly the old or exactly the new rows, a reader by glob too, but for the window that the crash-safety guide names.
 * After the resume: exactly the new rows, every file of the manifest complete, the journal of the chain whole.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listChain } from "../../src/operations/find-run.ts";
import { verifyRunChain } from "../../src/operations/verify-run-chain.ts";
import { runCli, tempProject } from "../support/temp-project.ts";
import { type Generations, readByGlob, readByManifest } from "./lake-readers.ts";
import { makeOrders, ordersConfig } from "./source-table.ts";

const ROWS = 8_000;
const CHUNK_ROWS = 1_000;
const OLD: Generations = { 1: ROWS };
const NEW: Generations = { 2: ROWS };

/** Points before anything of the new run is published: both readers see the old rows. */
const BEFORE_PUBLISHING = [
  "run.afterStart",
  "chunk.afterClaim",
  "worker.afterBatch",
  "stage.beforeFlush",
  "stage.afterFlush",
  "worker.afterFinish",
  "chunk.beforeCommit",
  "chunk.beforeCommit#3",
  "chunk.afterCommit",
  "chunk.afterCommit#5",
  "storage.beforeCommit#4",
  "storage.afterCommit#6",
  "run.beforeFinalizing",
  "run.afterFinalizing",
  "publish.beforeLink",
];
/** Inside the window a reader by glob can see parts of both. */
const WINDOW = [
  "publish.afterLink",
  "publish.afterLink#3",
  "publish.afterFolderFlush",
  "publish.afterUnlink",
  "publish.afterUnlink#4",
  "publish.afterManifest",
  "publish.afterSuccess",
  "publish.beforeRemove",
  "publish.afterRemove",
  "publish.afterRemove#2",
];
/** All replaced parts are gone: both readers see the new rows. */
const AFTER_PUBLISHING = ["publish.afterCleanUp", "run.afterPublish"];

let template: string;

beforeAll(async () => {
  template = mkdtempSync(join(tmpdir(), "tidemark-kill-"));
  const project = tempProject(ordersConfig(CHUNK_ROWS));
  makeOrders(project.path("shop.db"), ROWS, 1);
  const first = await project.cli(["run", "orders"]);
  expect(first, first.stderr).toMatchObject({ code: 0 });
  makeOrders(project.path("shop.db"), ROWS, 2);
  cpSync(project.folder, template, { recursive: true });
  project[Symbol.dispose]();
});

afterAll(() => rmSync(template, { recursive: true, force: true }));

describe("a run killed with SIGKILL", () => {
  it.each(BEFORE_PUBLISHING)("at %s shows the old rows, and resumes to the new ones", async (point) => {
    await killAndResume(point, async (folder) => {
      expect(await readByGlob(folder)).toEqual(OLD);
      expect(await readByManifest(folder)).toEqual(OLD);
    });
  });

  it.each(WINDOW)(
    "at %s shows a reader of the manifest old or new rows, never a mix, and resumes",
    async (point) => {
      await killAndResume(point, async (folder) => {
        const seen = await readByManifest(folder);
        if (seen === undefined) expect(point).toBe("publish.afterManifest");
        else expect([OLD, NEW]).toContainEqual(seen);
        const glob = await readByGlob(folder);
        expect(Object.keys(glob).every((generation) => generation === "1" || generation === "2")).toBe(true);
      });
    },
  );

  it.each(AFTER_PUBLISHING)("at %s shows the new rows, and resumes to completed", async (point) => {
    await killAndResume(point, async (folder) => {
      expect(await readByGlob(folder)).toEqual(NEW);
      expect(await readByManifest(folder)).toEqual(NEW);
    });
  });
});

async function killAndResume(point: string, lookAtKill: (folder: string) => Promise<void>): Promise<void> {
  using project = tempProject();
  cpSync(template, project.folder, { recursive: true });
  const cwd = project.folder;
  const killed = await runCli(["run", "orders"], { cwd, env: { TIDEMARK_FAULT: point } });
  expect(killed, `${point} was not reached: ${killed.stderr}`).toMatchObject({ signal: "SIGKILL" });
  await lookAtKill(join(cwd, "lake/orders"));
  const resumed = await runCli(["resume", "orders"], { cwd });
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
  expect(await readByGlob(join(cwd, "lake/orders"))).toEqual(NEW);
  const validated = await runCli(["validate", "orders", "--deep"], { cwd });
  expect(validated, validated.stdout + validated.stderr).toMatchObject({ code: 0 });
  await project.withTidemark(async ({ storage, tenant }) => {
    const [newest] = await storage.listRuns({ tenant, pipeline: "orders", limit: 1 });
    if (newest === undefined) throw new Error("no run is recorded");
    const chain = await listChain(storage, newest);
    expect(chain.length).toBe(2);
    for (const run of chain) expect(await verifyRunChain(storage, run)).toMatchObject({ broken: null });
    await expectContinuousJournal(
      storage,
      tenant,
      chain.map(({ runId }) => runId),
    );
  });
}

/** Every chunk is committed exactly once over the whole chain. */
async function expectContinuousJournal(
  storage: Parameters<typeof verifyRunChain>[0],
  tenant: string,
  runIds: readonly string[],
): Promise<void> {
  const committed: number[] = [];
  const kinds: string[] = [];
  for (const runId of runIds) {
    const events = await storage.readEntity({ tenant, entity: `run/${runId}`, fromVersion: 1, limit: 1_000 });
    kinds.push(...events.map((event) => event.header.kind));
    for (const { header, payload } of events)
      if (header.kind === "chunk.completed") committed.push(Number(payload["index"]));
  }
  expect(committed.toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: ROWS / CHUNK_ROWS }, (_, index) => index),
  );
  expect(kinds.filter((kind) => kind === "run.finalizing").length).toBe(1);
  expect(kinds.at(-1)).toBe("run.completed");
}
