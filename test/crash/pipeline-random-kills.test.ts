/**
 * Fifty SIGKILLs at random instants over exports and their resumes, while a writer inserts, updates and deletes in the
 * source. Whatever the instant: rows that did not change are there exactly once, files of the manifest are complete, the
 * journal is whole, and a reader by manifest never sees a mix.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { seededRandom } from "../../src/core/random.ts";
import { listChain } from "../../src/operations/find-run.ts";
import { verifyRunChain } from "../../src/operations/verify-run-chain.ts";
import { duckRows } from "../support/duck.ts";
import { partsByManifest } from "./lake-readers.ts";
import { type Ended, tempProject, type TempProject } from "../support/temp-project.ts";
import { makeOrders, ordersConfig } from "./source-table.ts";

const KILLS = 50;
const ROWS = 40_000;
/** Longest wait before a kill: a start takes most of it, so kills fall on every stage of a run. */
const KILL_WITHIN_MS = 1_100;

it("survives 50 kills at random instants with a writer at work", { timeout: 240_000 }, async () => {
  const seed = Number(process.env["TIDEMARK_TEST_SEED"] ?? systemClock.nowMs() % 1_000_000);
  console.log(`random kills: TIDEMARK_TEST_SEED=${seed}`);
  using project = tempProject(ordersConfig(500));
  makeOrders(project.path("shop.db"), ROWS, 1);
  const writer = spawn(
    process.execPath,
    [join(import.meta.dirname, "writer.child.ts"), project.path("shop.db"), String(ROWS), String(seed)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  await new Promise((ready) => writer.stdout.once("data", ready));
  try {
    await killAtRandom(project, seed);
  } finally {
    writer.stdin.end();
    await new Promise((closed) => writer.once("close", closed));
  }
  await finish(project);
  await expectEveryUnchangedRowOnce(project);
  await expectWholeJournals(project);
});

async function killAtRandom(project: TempProject, seed: number): Promise<void> {
  const random = seededRandom(seed);
  let kills = 0;
  let unfinished = false;
  while (kills < KILLS) {
    const ended = await runAndKill(project, unfinished ? "resume" : "run", random.next() * KILL_WITHIN_MS);
    if (ended.signal === "SIGKILL") kills += 1;
    else expect([0, 1], ended.stderr).toContain(ended.code);
    await expectOldOrNewByManifest(project);
    unfinished = await hasOpenRun(project);
  }
}

/** Rows that never change are all there, once, or nothing has been published yet. */
async function expectOldOrNewByManifest(project: TempProject): Promise<void> {
  const files = partsByManifest(join(project.folder, "lake/orders"));
  if (files === undefined || files.length === 0) return;
  const list = files.map((file) => `'${file}'`).join(", ");
  const counts = await duckRows(
    `SELECT count(*), count(DISTINCT id) FROM read_parquet([${list}]) WHERE id <= ${ROWS} AND id % 10 <> 0 AND generation = 1`,
  );
  expect(counts).toEqual([[String(ROWS * 0.9), String(ROWS * 0.9)]]);
}

async function runAndKill(project: TempProject, command: string, afterMs: number): Promise<Ended> {
  const kill = (pid: number): void => {
    void systemClock.sleep(afterMs).then(() => {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it ended before the kill: a run that finished in time
      }
    });
  };
  return project.cli([command, "orders", "--quiet"], { onStart: kill });
}

async function hasOpenRun(project: TempProject): Promise<boolean> {
  return project.withTidemark(async ({ storage, tenant }) => {
    const [newest] = await storage.listRuns({ tenant, pipeline: "orders", limit: 1 });
    return newest !== undefined && newest.status !== "completed" && newest.status !== "abandoned";
  });
}

/** With the writer gone, the open chain is finished, or one more run is made. */
async function finish(project: TempProject): Promise<void> {
  const command = (await hasOpenRun(project)) ? "resume" : "run";
  const ended = await project.cli([command, "orders"]);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  const validated = await project.cli(["validate", "orders", "--deep"]);
  expect(validated, validated.stdout).toMatchObject({ code: 0 });
}

async function expectEveryUnchangedRowOnce(project: TempProject): Promise<void> {
  const parts = join(project.folder, "lake/orders/*.parquet");
  const unchanged = await duckRows(
    `SELECT count(*), count(DISTINCT id), min(id), max(id) FROM '${parts}' WHERE id <= ${ROWS} AND id % 10 <> 0 AND generation = 1 AND note = 'note ' || id`,
  );
  expect(unchanged).toEqual([[String(ROWS * 0.9), String(ROWS * 0.9), "1", String(ROWS - 1)]]);
  expect(await duckRows(`SELECT id FROM '${parts}' GROUP BY id HAVING count(*) > 1`)).toEqual([]);
}

async function expectWholeJournals(project: TempProject): Promise<void> {
  await project.withTidemark(async ({ storage, tenant }) => {
    const runs = await storage.listRuns({ tenant, pipeline: "orders", limit: 1_000 });
    expect(runs.length).toBeGreaterThan(1);
    for (const run of runs) expect(await verifyRunChain(storage, run)).toMatchObject({ broken: null });
    for (const run of runs.filter(({ status }) => status === "completed"))
      await expectEachChunkOnce(storage, run);
  });
}

type Storage = Parameters<typeof verifyRunChain>[0];

async function expectEachChunkOnce(
  storage: Storage,
  run: Parameters<typeof verifyRunChain>[1],
): Promise<void> {
  const committed: number[] = [];
  for (const { runId, tenant } of await listChain(storage, run)) {
    const events = await storage.readEntity({
      tenant,
      entity: `run/${runId}`,
      fromVersion: 1,
      limit: 10_000,
    });
    for (const { header, payload } of events)
      if (header.kind === "chunk.completed") committed.push(Number(payload["index"]));
  }
  const batches = await storage.listBatches(run.tenant, run.rootRunId);
  expect(committed.toSorted((a, b) => a - b)).toEqual(batches.map(({ index }) => index));
}
