/**
 * A disk that is full: the destination alone, the state alone. A clear error that names the next command, nothing half
 * visible, and a resume that completes once there is space.
 */
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { duckRows } from "../support/duck.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { tempProject, type TempProject } from "../support/temp-project.ts";
import { ordersConfig } from "./source-table.ts";

const ROWS = 30_000;

/** Notes that no compression makes small: about 6 MB of Parquet. */
function makeIncompressibleOrders(path: string): void {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
  database.exec("CREATE TABLE orders (id INTEGER PRIMARY KEY, generation INTEGER NOT NULL, note TEXT)");
  database.exec(
    `WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ${ROWS})
     INSERT INTO orders SELECT id, 1, hex(randomblob(200)) FROM n`,
  );
  database.close();
}

async function expectComplete(project: TempProject): Promise<void> {
  const validated = await project.cli(["validate", "orders", "--deep"]);
  expect(validated, validated.stdout + validated.stderr).toMatchObject({ code: 0 });
  const parts = join(project.folder, "lake/orders/*.parquet");
  expect(await duckRows(`SELECT count(*), count(DISTINCT id) FROM '${parts}'`)).toEqual([
    [String(ROWS), String(ROWS)],
  ]);
}

describe("a full disk", () => {
  it("at the destination ends the run with SINK_DISK_FULL, shows nothing, and resumes after space is freed", async (test) => {
    using project = tempProject(ordersConfig(3_000));
    makeIncompressibleOrders(project.path("shop.db"));
    using disk = mountSmallDisk(test, project.path("lake"), "3m");
    const full = await project.cli(["run", "orders"]);
    expect(full.code, full.stderr).toBe(2);
    expect(full.stderr).toContain("SINK_DISK_FULL");
    expect(full.stderr).toContain("tidemark resume orders");
    expect(globSync("**/*.parquet", { cwd: project.path("lake") })).toEqual([]);
    expect(existsSync(project.path("lake/orders/_SUCCESS"))).toBe(false);
    disk.resize("64m");
    const resumed = await project.cli(["resume", "orders"]);
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    expect(resumed.stderr).toMatch(/resumed: [1-9]\d* of 10 chunks are done/);
    await expectComplete(project);
  });

  it("at the state ends the run with STORAGE_FULL, keeps what was committed, and resumes after space is freed", async (test) => {
    // 3,000 chunks: their bounds, checkpoints and events outgrow the small disk in the middle of the run.
    using project = tempProject(ordersConfig(100));
    makeIncompressibleOrders(project.path("shop.db"));
    using disk = mountSmallDisk(test, project.path(".tidemark"), "1m");
    const full = await project.cli(["run", "orders"]);
    expect(full.code, full.stderr).toBe(2);
    expect(full.stderr).toContain("STORAGE_FULL");
    expect(globSync("**/*.parquet", { cwd: project.path("lake") })).toEqual([]);
    disk.resize("64m");
    const resumed = await project.cli(["resume", "orders"]);
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    await expectComplete(project);
  });

  it("at the very flush of a part is an error like any other, retried, and loses nothing", async () => {
    using project = tempProject(ordersConfig(3_000));
    makeIncompressibleOrders(project.path("shop.db"));
    const retried = await project.cli(["run", "orders"], {
      env: { TIDEMARK_FAULT: "stage.beforeFlush#2=error:ENOSPC" },
    });
    expect(retried, retried.stderr).toMatchObject({ code: 0 });
    expect(retried.stderr).toMatch(/attempt 2 after: no space left/);
    await expectComplete(project);
  });
});
