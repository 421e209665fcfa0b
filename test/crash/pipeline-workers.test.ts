/** A worker thread that dies, a snapshot that is too old, a source that grew or went away: the run goes on, and says so. */
import { DatabaseSync } from "node:sqlite";
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempProject } from "../support/temp-project.ts";
import { readByGlob } from "./lake-readers.ts";
import { makeOrders, ordersConfig } from "./source-table.ts";

const ROWS = 8_000;

interface RunJson {
  readonly consistency: string;
  readonly retries: number;
  readonly written: number;
}

it("a worker thread that dies costs an attempt and the one snapshot, not a row", async () => {
  using project = tempProject(ordersConfig(1_000));
  makeOrders(project.path("shop.db"), ROWS, 1);
  const env = { TIDEMARK_FAULT: "worker.afterFinish#3=exit" };
  const ended = await project.cli(["run", "orders", "--json"], { env });
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr).toContain("a worker thread ended unexpectedly");
  const run = JSON.parse(ended.stdout) as RunJson;
  expect(run).toMatchObject({ consistency: "perChunk", written: ROWS });
  expect(run.retries).toBeGreaterThan(0);
  expect(await readByGlob(join(project.folder, "lake/orders"))).toEqual({ 1: ROWS });
});

it("RUN_WORKER_DIED ends the run when it happens at every attempt, and a resume completes it", async () => {
  using project = tempProject(ordersConfig(1_000));
  makeOrders(project.path("shop.db"), ROWS, 1);
  const failed = await project.cli(["run", "orders"], { env: { TIDEMARK_FAULT: "worker.afterFinish=exit" } });
  expect(failed.code).toBe(2);
  expect(failed.stderr).toContain("RUN_WORKER_DIED");
  expect(failed.stderr).toContain("attempt 3");
  const resumed = await project.cli(["resume", "orders"]);
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
  expect(await readByGlob(join(project.folder, "lake/orders"))).toEqual({ 1: ROWS });
});

it("snapshots older than maxSnapshotAge are renewed by both readers, and the run is consistent per chunk", async () => {
  const config = ordersConfig(500).replace("chunkRows: 500", "chunkRows: 500, maxSnapshotAge: 1ms");
  using project = tempProject(config);
  makeOrders(project.path("shop.db"), ROWS, 1);
  const ended = await project.cli(["run", "orders", "--json"]);
  expect(ended.code, ended.stderr).toBe(0);
  expect(JSON.parse(ended.stdout)).toMatchObject({ consistency: "perChunk", written: ROWS, retries: 0 });
});

it("a source that grew between kill and resume is no other plan", async () => {
  using project = tempProject(ordersConfig(10_000));
  makeOrders(project.path("shop.db"), ROWS, 1);
  const killed = await project.cli(["run", "orders"], { env: { TIDEMARK_FAULT: "chunk.beforeCommit" } });
  expect(killed.signal).toBe("SIGKILL");
  makeOrders(project.path("shop.db"), 30_000, 2);
  const resumed = await project.cli(["resume", "orders"]);
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
  expect(await readByGlob(join(project.folder, "lake/orders"))).toEqual({ 2: 30_000 });
});

it("a definition that changed between kill and resume is another plan, and the difference is named", async () => {
  using project = tempProject(ordersConfig(1_000));
  makeOrders(project.path("shop.db"), ROWS, 1);
  const killed = await project.cli(["run", "orders"], { env: { TIDEMARK_FAULT: "chunk.beforeCommit#2" } });
  expect(killed.signal).toBe("SIGKILL");
  project.write("tidemark.yaml", ordersConfig(2_000));
  const resumed = await project.cli(["resume", "orders"]);
  expect(resumed.code).toBe(1);
  expect(resumed.stderr).toContain("PLAN_CHANGED");
  expect(resumed.stderr).toContain("chunkRows was 1000 and is 2000");
});

it("a run that only has to be published is finished without its source", async () => {
  using project = tempProject(ordersConfig(1_000));
  makeOrders(project.path("shop.db"), ROWS, 1);
  const killed = await project.cli(["run", "orders"], { env: { TIDEMARK_FAULT: "publish.afterLink#2" } });
  expect(killed.signal).toBe("SIGKILL");
  renameSync(project.path("shop.db"), project.path("gone.db"));
  const resumed = await project.cli(["resume", "orders"]);
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
  expect(await readByGlob(join(project.folder, "lake/orders"))).toEqual({ 1: ROWS });
});

it("a run given up in the middle of publishing leaves old rows or new rows, and the next run only its own", async () => {
  using project = tempProject(ordersConfig(1_000));
  makeOrders(project.path("shop.db"), ROWS, 1);
  expect(await project.cli(["run", "orders"])).toMatchObject({ code: 0 });
  for (const point of [
    "publish.afterLink#2",
    "publish.afterManifest",
    "publish.afterSuccess",
    "publish.afterRemove",
  ]) {
    const killed = await project.cli(["run", "orders"], { env: { TIDEMARK_FAULT: point } });
    expect(killed.signal, point).toBe("SIGKILL");
    const reset = await project.cli(["state", "reset", "orders", "--yes"]);
    expect(reset, `${point}: ${reset.stderr}`).toMatchObject({ code: 0 });
    expect(await readByGlob(join(project.folder, "lake/orders")), point).toEqual({ 1: ROWS });
  }
  const staged = await project.cli(["run", "orders"], { env: { TIDEMARK_FAULT: "run.beforeFinalizing" } });
  expect(staged.signal).toBe("SIGKILL");
  const half = await project.cli(["state", "reset", "orders", "--yes"], {
    env: { TIDEMARK_FAULT: "reset.afterAbandoned" },
  });
  expect(half.signal).toBe("SIGKILL");
  const database = new DatabaseSync(project.path("shop.db"));
  database.exec("UPDATE orders SET generation = 2");
  database.close();
  expect(await project.cli(["run", "orders"])).toMatchObject({ code: 0 });
  expect(await readByGlob(join(project.folder, "lake/orders"))).toEqual({ 2: ROWS });
  expect(await project.cli(["validate", "orders", "--deep"])).toMatchObject({ code: 0 });
  expect(existsSync(project.path("lake/orders/.tidemark-staging"))).toBe(false);
});
