/**
 * A process that sleeps through its lease (SIGSTOP) and wakes up when others have gone on: it must change nothing that a
 * reader sees. The sleep is real; the lease is taken over by hand, as if its time were up, so that the test need not wait.
 */
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { expect, it } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { tempProject, type TempProject } from "../support/temp-project.ts";
import { readByGlob } from "./lake-readers.ts";
import { makeOrders, ordersConfig } from "./source-table.ts";

const ROWS = 40_000;

it("a process that wakes up after its pipeline was taken over publishes nothing", async () => {
  using project = tempProject(ordersConfig(500));
  makeOrders(project.path("shop.db"), ROWS, 1);
  let pid = 0;
  const zombie = project.cli(["run", "orders"], { onStart: (started) => (pid = started) });
  await untilChunksAreDone(project, 5);
  process.kill(pid, "SIGSTOP");
  expireLease(project);
  const resumed = await project.cli(["resume", "orders"]);
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
  makeOrders(project.path("shop.db"), ROWS, 2);
  const next = await project.cli(["run", "orders"]);
  expect(next, next.stderr).toMatchObject({ code: 0 });
  process.kill(pid, "SIGCONT");
  const woken = await zombie;
  expect(woken.code, woken.stderr).toBe(1);
  expect(woken.stderr).toContain("LEASE_LOST");
  expect(await readByGlob(join(project.folder, "lake/orders"))).toEqual({ 2: ROWS });
  const validated = await project.cli(["validate", "orders", "--deep"]);
  expect(validated, validated.stdout).toMatchObject({ code: 0 });
});

async function untilChunksAreDone(project: TempProject, wanted: number): Promise<void> {
  await project.withTidemark(async ({ storage, tenant }) => {
    for (let done = 0; done < wanted; ) {
      await systemClock.sleep(10);
      const [run] = await storage.listRuns({ tenant, pipeline: "orders", limit: 1 });
      if (run === undefined) continue;
      const batches = await storage.listBatches(tenant, run.rootRunId);
      done = batches.filter(({ status }) => status === "completed").length;
    }
  });
}

/** What a minute of sleep would do. */
function expireLease(project: TempProject): void {
  const database = new DatabaseSync(project.path(".tidemark/ledger.db"), { timeout: 10_000 });
  const { changes } = database.prepare("UPDATE leases SET expires_at_ms = 1").run();
  database.close();
  expect(changes).toBe(1);
}
