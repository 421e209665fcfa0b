/** Two shells at once, and what signals do: one pipeline is exclusive and says who holds it; Ctrl-C drains; dead holders are replaced. */
import { globSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { pipelineLeaseName, takePipelineLease } from "../../src/pipeline/run/pipeline-lease.ts";
import { duckValue } from "../support/duck.ts";
import { type Ended, type TempProject, tempProject } from "../support/temp-project.ts";
import { expectBalanced, parse, runJson, tidemark } from "./command-line.ts";

const ROWS = 300_000;
const CHUNKS = 300;

/** One reader and many chunks: a run takes long enough to be met by another. */
function config(): string {
  const pipeline = (name: string, chunkRows: number): string =>
    `  ${name}:\n    source: { from: shop, table: orders, mode: keyset, chunkRows: ${chunkRows} }\n    sink: { to: lake, path: ${name} }\n    readers: 1\n`;
  return `project: shells\nconnections:\n  shop: { type: sqlite, path: ./shop.db }\n  lake: { type: files, path: ./lake }\npipelines:\n${pipeline("slow", ROWS / CHUNKS)}${pipeline("other", ROWS / CHUNKS)}${pipeline("whole", ROWS)}`;
}

let project: TempProject;

beforeEach(() => {
  project = tempProject(config());
  const shop = new DatabaseSync(project.path("shop.db"));
  shop.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT);
    WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ${ROWS}) INSERT INTO orders SELECT id, 'note ' || id FROM n`);
  shop.close();
});
afterEach(() => project[Symbol.dispose]());

/** A run in a shell of its own, with the moment when its first chunk is committed. */
interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
}

async function startRun(args: readonly string[]): Promise<Running> {
  let pid = 0;
  const ended = tidemark(project, args, { onStart: (started) => (pid = started) });
  await committedChunk(ended);
  return { pid, ended };
}

/** Looks into the ledger until a chunk is committed; fails when the run ends before. */
async function committedChunk(ended: Promise<Ended>): Promise<void> {
  let over: Ended | undefined;
  void ended.then((one) => (over = one));
  for (;;) {
    if (over !== undefined) expect.fail(`the run ended before its first commit: ${over.stderr}`);
    if (countEvents("chunk.completed") > 0) return;
    await new Promise((wake) => setImmediate(wake));
  }
}

function countEvents(kind: string): number {
  try {
    using ledger = new DatabaseSync(project.path(".tidemark/ledger.db"), { readOnly: true });
    return Number(ledger.prepare("SELECT count(*) AS n FROM events WHERE kind = ?").get(kind)?.["n"] ?? 0);
  } catch {
    return 0;
  }
}

async function expectComplete(pipeline: string): Promise<void> {
  const made = `'${project.path(`lake/${pipeline}/*.parquet`)}'`;
  expect(await duckValue(`SELECT count(DISTINCT id) || ' of ' || count(*) FROM ${made}`)).toBe(
    `${ROWS} of ${ROWS}`,
  );
}

describe("two shells", () => {
  it("run two pipelines of one project at once, and both succeed", async () => {
    const both = await Promise.all([runJson(project, ["run", "slow"]), runJson(project, ["run", "other"])]);
    for (const [index, name] of ["slow", "other"].entries()) {
      expect(both[index]?.code, both[index]?.stderr).toBe(0);
      expectBalanced(both[index]?.of(name) ?? expect.fail("no outcome"));
      await expectComplete(name);
    }
  });

  it("run the same pipeline: the second is told who holds it, where and since when; the first goes on unharmed", async () => {
    const first = await startRun(["run", "slow"]);
    const second = await tidemark(project, ["run", "slow"]);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(
      new RegExp(
        `pipeline slow is held by pid ${first.pid} on \\S+ since \\d{4}-\\d\\d-\\d\\dT\\S+: tidemark run slow`,
      ),
    );
    expect(second.stderr).toMatch(/LEASE_HELD[\s\S]*next: wait for it, or stop that process/);
    expect(await first.ended).toMatchObject({ code: 0 });
    await expectComplete("slow");
  });

  it("see who works on a pipeline, and can not reset it meanwhile", async () => {
    await project.withTidemark(async ({ storage, tenant }) => {
      const name = pipelineLeaseName(tenant, "slow");
      const lease = await takePipelineLease(storage, systemClock, name, "tidemark run slow");
      const reset = await tidemark(project, ["state", "reset", "slow", "--yes"]);
      expect(reset.code).toBe(1);
      expect(reset.stderr).toMatch(new RegExp(`held by pid ${process.pid} on .*: tidemark run slow`));
      const status = await tidemark(project, ["status", "--json"]);
      await lease.release();
      expect(parse<{ pipelines: unknown }>(status.stdout).pipelines).toMatchObject([
        { pipeline: "slow", state: "running", holder: { pid: process.pid } },
        { pipeline: "other", state: "never run", holder: null },
        { pipeline: "whole", state: "never run", holder: null },
      ]);
    });
  });

  it("the journal of a running run can be followed to its end", async () => {
    const running = await startRun(["run", "slow"]);
    const followed = await tidemark(project, ["journal", "slow", "--follow"]);
    expect(followed.code).toBe(0);
    const lines = followed.stdout.trim().split("\n");
    expect(lines[0]).toContain("run.planned");
    expect(lines.at(-1)).toContain("run.completed");
    expect(lines.filter((line) => line.includes("chunk.completed"))).toHaveLength(CHUNKS);
    expect(await running.ended).toMatchObject({ code: 0 });
  });

  it("one killed outright holds nothing: run names resume, and resume takes over at once", async () => {
    const killed = await startRun(["run", "slow"]);
    process.kill(killed.pid, "SIGKILL");
    expect((await killed.ended).signal).toBe("SIGKILL");
    const again = await tidemark(project, ["run", "slow"]);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/run-1 did not finish \(crashed while running\)[\s\S]*RUN_UNFINISHED/);
    expect(again.stderr).toMatch(/next: go on with: tidemark resume slow +or give it up/);
    expect((await tidemark(project, ["status"])).stdout).toMatch(
      /slow +run-1 +crashed.*next: tidemark resume slow/,
    );
    const resumed = await runJson(project, ["resume", "slow"]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(new RegExp(`resumed: [1-9]\\d* of ${CHUNKS} chunks are done`));
    await expectComplete("slow");
  });
});

describe("signals", () => {
  it("Ctrl-C finishes the chunks under way and checkpoints (130); resume completes", async () => {
    const running = await startRun(["run", "slow"]);
    process.kill(running.pid, "SIGINT");
    const { code, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/stopping: chunks under way are finished/);
    expect(stderr).toMatch(new RegExp(`\\d+ of ${CHUNKS} chunks are committed +next: tidemark resume slow`));
    expect(globSync("lake/**/*.parquet", { cwd: project.folder })).toEqual([]);
    expect((await tidemark(project, ["status"])).stdout).toMatch(/interrupted.*next: tidemark resume slow/);
    const started = countEvents("chunk.started");
    expect(countEvents("chunk.completed")).toBe(started);
    expect((await runJson(project, ["resume", "slow"])).code).toBe(0);
    await expectComplete("slow");
    expect(countEvents("chunk.started")).toBe(CHUNKS);
  });

  it("Ctrl-C twice ends at once (130) without finishing the chunk under way, and nothing is lost", async () => {
    let pid = 0;
    const ended = await tidemark(project, ["run", "whole"], {
      onStart: (started) => (pid = started),
      onStderr: (text) => {
        if (text.includes("→ whole") || text.includes("once more to stop at once"))
          process.kill(pid, "SIGINT");
      },
    });
    expect(ended.code, ended.stderr).toBe(130);
    expect([countEvents("chunk.completed"), countEvents("run.completed")]).toEqual([0, 0]);
    expect((await runJson(project, ["resume", "whole"])).code).toBe(0);
    await expectComplete("whole");
  });

  it("SIGTERM drains too and says so by its exit code (143)", async () => {
    const running = await startRun(["run", "slow", "other"]);
    process.kill(running.pid, "SIGTERM");
    expect((await running.ended).code).toBe(143);
    const status = (await tidemark(project, ["status"])).stdout;
    expect(status).toMatch(/slow +run-1 +interrupted/);
    expect(status).toMatch(/other +never run/);
  });
});
