/** Every command as a person types it: what it prints, how it exits, what it names as the next step. */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { skipLoudly } from "../support/skip-loudly.ts";
import { type Ended, type TempProject, tempProject } from "../support/temp-project.ts";
import { parse, runJson, tidemark } from "./command-line.ts";

const CLI = resolve(import.meta.dirname, "../../bin/tidemark.js");
const COMMANDS = [
  "init",
  "doctor",
  "check",
  "plan",
  "run",
  "resume",
  "status",
  "runs",
  "journal",
  "validate",
  "state show",
  "state reset",
  "schema",
];

function makeShop(path: string): void {
  const shop = new DatabaseSync(path);
  shop.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE orders (id INTEGER PRIMARY KEY, total DECIMAL(12,2), placed_at TIMESTAMP);
    INSERT INTO orders VALUES (1, 10.5, '2026-01-01 10:00:00'), (2, 20, NULL), (3, 30.25, '2026-01-02 00:00:00');
    CREATE TABLE "odd names, too" ("a b" TEXT, "c" BLOB)`);
  shop.close();
}

describe("init to run, in a folder with a database and files", () => {
  let project: TempProject;
  beforeAll(() => {
    project = tempProject();
    makeShop(project.path("shop.db"));
    mkdirSync(project.path("in"));
    project.write("in/people.csv", "id,name\n1,Ann\n2,Bob\n");
    project.write("in/events.ndjson", '{"at":"2026-01-01","n":1}\n');
  });
  afterAll(() => project[Symbol.dispose]());

  it("init writes a commented configuration that check takes, doctor finds well and run --all runs", async () => {
    const init = await tidemark(project, ["init", "--source", "shop.db", "in"]);
    expect(init.code, init.stderr).toBe(0);
    expect(init.stdout).toMatch(/tidemark\.yaml: 4 pipelines[\s\S]*tidemark doctor/);
    expect(readFileSync(project.path("tidemark.yaml"), "utf8")).toMatch(
      /^# yaml-language-server: [\s\S]*# 3 columns:/,
    );
    const check = await tidemark(project, ["check"]);
    expect(check.code, check.stderr).toBe(0);
    expect(check.stdout).toMatch(/4 pipelines\n/);
    const doctor = await tidemark(project, ["doctor"]);
    expect(doctor.code, doctor.stdout).toBe(0);
    expect(doctor.stdout.split("\n").filter((line) => line.startsWith("ok")).length).toBeGreaterThan(10);
    expect(doctor.stdout).not.toMatch(/^fail/m);
    expect(existsSync(project.path("lake")), "doctor leaves nothing behind").toBe(false);
    const run = await runJson(project, ["run", "--all"]);
    expect(run.code, run.stderr).toBe(0);
    expect(run.of("people")).toMatchObject({ written: 2 });
    expect(globSync("lake/**/*.parquet", { cwd: project.folder })).toHaveLength(4);
  });

  it("init does not replace a configuration unasked, and --stdout only prints", async () => {
    const before = readFileSync(project.path("tidemark.yaml"), "utf8");
    const again = await tidemark(project, ["init"]);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/is there already; say --force/);
    const shown = await tidemark(project, ["init", "--stdout", "--source", "shop.db"]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain("orders:");
    expect(readFileSync(project.path("tidemark.yaml"), "utf8")).toBe(before);
  });

  it("schema prints a JSON Schema that knows the keys, the same that init wrote for editors", async () => {
    const { code, stdout } = await tidemark(project, ["schema"]);
    expect(code).toBe(0);
    const schema = parse<Parameters<typeof z.fromJSONSchema>[0] & { properties: object }>(stdout);
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining(["project", "connections", "pipelines"]),
    );
    expect(() => z.fromJSONSchema(schema)).not.toThrow();
    expect(readFileSync(project.path(".tidemark/schema.json"), "utf8").trim()).toBe(stdout.trim());
  });
});

describe("a project with two pipelines, one of them broken", () => {
  const config = (chunkRows: number): string => `project: shop
connections:
  shop: { type: sqlite, path: ./shop.db }
  gone: { type: files, path: ./gone }
  lake: { type: files, path: ./lake }
pipelines:
  broken:
    source: { from: gone, path: "*.csv", format: csv }
    sink: { to: lake, path: broken }
  orders:
    source: { from: shop, table: orders, mode: keyset, chunkRows: ${chunkRows} }
    sink: { to: lake, path: orders }
`;
  let project: TempProject;
  beforeAll(() => {
    project = tempProject(config(2));
    makeShop(project.path("shop.db"));
  });
  afterAll(() => project[Symbol.dispose]());

  it("doctor says ok, warn and fail line by line, each with its fix, and exits 1", async () => {
    const shop = new DatabaseSync(project.path("shop.db"));
    shop.exec("PRAGMA journal_mode = DELETE");
    shop.close();
    const { code, stdout } = await tidemark(project, ["doctor"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ok {4}orders +source/m);
    expect(stdout).toMatch(/^warn {2}orders +plan .*WAL.*\n {8}fix: \S/m);
    expect(stdout).toMatch(/^fail {2}broken +source .*'\*\.csv' does not exist.*\n {8}fix: \S/m);
    const json = await tidemark(project, ["doctor", "--json"]);
    expect(
      parse<{ findings: { verdict: string }[] }>(json.stdout).findings.map((one) => one.verdict),
    ).toContain("fail");
    const wal = new DatabaseSync(project.path("shop.db"));
    wal.exec("PRAGMA journal_mode = WAL");
    wal.close();
  });

  it("plan says the same twice: statement, strategy and why, columns with types, hash", async () => {
    const first = await tidemark(project, ["plan", "orders", "--json"]);
    const second = await tidemark(project, ["plan", "orders", "--json"]);
    expect(first.stdout).toBe(second.stdout);
    const { plans } = parse<{ plans: { planHash: string }[] }>(first.stdout);
    const text = await tidemark(project, ["plan", "orders"]);
    expect(text.stdout).toMatch(/strategy +keyset: \S[\s\S]*total +DECIMAL\(12,2\) +decimal\(12,2\)/);
    expect(text.stdout).toContain(`plan hash   ${plans[0]?.planHash ?? "none"}`);
    expect(existsSync(project.path("lake"))).toBe(false);
  });

  it("run --all runs the others, and exits with the worst", async () => {
    const { code, stdout, stderr } = await tidemark(project, ["run", "--all"]);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/does not exist in [\s\S]*in pipeline broken[\s\S]*SOURCE_NOT_FOUND/);
    expect(stderr).toMatch(/✓ 3 rows {2}2 parts/);
    expect(stderr).not.toContain("\u001B");
  });

  it("--quiet says nothing of a run that is well", async () => {
    expect(await tidemark(project, ["run", "orders", "--quiet"])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  it("--verbose also says how it reads and every chunk", async () => {
    const { stderr } = await tidemark(project, ["run", "orders", "-v"]);
    expect(stderr).toMatch(/reads SELECT [\s\S]*chunk 2 of 2 is committed/);
  });

  it("status and runs show what stands where and what ran", async () => {
    const status = await tidemark(project, ["status"]);
    expect(status.stdout).toMatch(/broken +never run +next: tidemark run broken\n✓ orders +run-3 +completed/);
    const runs = await tidemark(project, ["runs", "orders", "--limit", "2"]);
    expect(
      runs.stdout
        .trim()
        .split("\n")
        .map((line) => line.split(/ +/)[0]),
    ).toEqual(["orders/run-3", "orders/run-2"]);
  });

  it("resume with nothing to resume says so, and why", async () => {
    const done = await tidemark(project, ["resume", "orders"]);
    expect(done.code).toBe(1);
    expect(done.stderr).toMatch(
      /nothing to resume: run-3 is completed[\s\S]*RUN_NOTHING_TO_RESUME[\s\S]*next: start a new run/,
    );
    expect((await tidemark(project, ["resume", "broken"])).stderr).toMatch(
      /nothing to resume: it has never run/,
    );
  });

  it("journal answers its four questions and holds the chain; --json the same for programs", async () => {
    const { code, stdout } = await tidemark(project, ["journal", "orders"]);
    expect(code).toBe(0);
    for (const question of ["What was planned?", "What happened?", "What degraded?", "What was the outcome?"])
      expect(stdout).toContain(question);
    expect(stdout).toMatch(
      /3 read = 3 written \+ 0 quarantined \+ 0 filtered[\s\S]*hash chain of \d+ events is whole/,
    );
    const json = parse<{ outcome: { completed: { written: number } }; chain: { whole: boolean }[] }>(
      (await tidemark(project, ["journal", "orders/run-1", "--json"])).stdout,
    );
    expect(json).toMatchObject({ outcome: { completed: { written: 3 } }, chain: [{ whole: true }] });
    const followed = await tidemark(project, ["journal", "orders", "--follow", "--json"]);
    const kinds = followed.stdout
      .trim()
      .split("\n")
      .map((line) => parse<{ kind: string }>(line).kind);
    expect([kinds[0], kinds.at(-1)]).toEqual(["run.planned", "run.completed"]);
  });

  it("journal exits 3 when an event was changed after the fact", async () => {
    using copy = tempProject(config(2));
    execFileSync("cp", ["-r", project.path(".tidemark"), copy.path(".tidemark")]);
    const ledger = new DatabaseSync(copy.path(".tidemark/ledger.db"));
    const { changes } = ledger
      .prepare(
        "UPDATE events SET payload = replace(payload, '\"written\":3', '\"written\":4') WHERE kind = 'run.completed'",
      )
      .run();
    expect(changes).toBeGreaterThan(0);
    ledger.close();
    const { code, stdout } = await tidemark(copy, ["journal", "orders"]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/✗ orders\/run-3: hash chain is broken at event \d+/);
  });

  it("validate --deep holds what was published; every damage is named and exits 3", async () => {
    const well = await tidemark(project, ["validate", "--deep"]);
    expect(well, well.stdout).toMatchObject({ code: 0 });
    expect(well.stdout).toMatch(/✓ orders\/run-3: 2 parts, 3 rows, .*column checksums match/);
    const [part = "", other = ""] = globSync("lake/orders/*.parquet", { cwd: project.folder });
    const bytes = readFileSync(project.path(part));
    const expectFinding = async (finding: RegExp, deep = false): Promise<void> => {
      const { code, stdout } = await tidemark(project, ["validate", "orders", ...(deep ? ["--deep"] : [])]);
      expect(code).toBe(3);
      expect(stdout).toMatch(finding);
    };
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(40) ^ 1, 40);
    writeFileSync(project.path(part), flipped);
    await expectFinding(new RegExp(`${part}: has SHA-256`), true);
    writeFileSync(project.path(part), bytes);
    const removed = readFileSync(project.path(other));
    rmSync(project.path(other));
    await expectFinding(new RegExp(`${other}: is missing`));
    writeFileSync(project.path(other), removed);
    const manifest = readFileSync(project.path("lake/orders/_manifest.json"), "utf8");
    writeFileSync(project.path("lake/orders/_manifest.json"), manifest.replace('"rows":2', '"rows":3'));
    await expectFinding(/_manifest\.json: differs from what the ledger recorded/);
    writeFileSync(project.path("lake/orders/_manifest.json"), manifest);
    expect((await tidemark(project, ["validate"])).code).toBe(0);
  });
});

describe("a run that does not finish", () => {
  const config = (chunkRows: number): string => `project: shop
connections:
  shop: { type: sqlite, path: ./shop.db }
  lake: { type: files, path: ./lake }
pipelines:
  orders:
    source: { from: shop, table: orders, mode: keyset, chunkRows: ${chunkRows} }
    sink: { to: lake, path: orders }
    readers: 1
`;

  it("is named by run, is refused by resume once the definition changed, and is given up by state reset", async () => {
    using project = tempProject(config(1));
    makeShop(project.path("shop.db"));
    expect((await tidemark(project, ["run"])).code).toBe(0);
    const published = globSync("lake/orders/*.parquet", { cwd: project.folder });
    const killed = await project.cli(["run"], { env: { TIDEMARK_FAULT: "chunk.afterCommit#2" } });
    expect(killed.signal).toBe("SIGKILL");
    const again = await tidemark(project, ["run"]);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(
      /run-2 did not finish[\s\S]*RUN_UNFINISHED[\s\S]*next: go on with: tidemark resume orders/,
    );
    project.write("tidemark.yaml", config(2));
    const changed = await tidemark(project, ["resume"]);
    expect(changed.code).toBe(1);
    expect(changed.stderr).toMatch(
      /the plan of run-2 differs from today's: source\.\S*chunkRows was 1 and is 2[\s\S]*PLAN_CHANGED[\s\S]*state reset orders/,
    );
    expect(existsSync(project.path("lake/orders/.tidemark-staging"))).toBe(true);
    const unsure = await tidemark(project, ["state", "reset", "orders"]);
    expect(unsure.code).toBe(1);
    expect(unsure.stderr).toMatch(/without a terminal say --yes/);
    const reset = await tidemark(project, ["state", "reset", "orders", "--yes"]);
    expect(reset.code, reset.stderr).toBe(0);
    expect(reset.stdout).toMatch(/orders: run-2 was given up/);
    expect(existsSync(project.path("lake/orders/.tidemark-staging"))).toBe(false);
    expect(globSync("lake/orders/*.parquet", { cwd: project.folder }).toSorted()).toEqual(
      published.toSorted(),
    );
    expect((await tidemark(project, ["journal", "orders"])).stdout).toMatch(/abandoned/);
    expect((await tidemark(project, ["run"])).code).toBe(0);
    expect((await tidemark(project, ["state", "show"])).stdout).toMatch(
      /ledger +\S+, \d+ events[\s\S]*orders +sink/,
    );
    expect((await tidemark(project, ["validate"])).code).toBe(0);
  });
});

describe("what is typed wrong", () => {
  it.each([
    [
      "an unknown command is answered with the one that was meant",
      ["rnu"],
      /unknown command 'rnu'\n\(Did you mean run\?\)/,
    ],
    ["an unknown flag too", ["run", "--al"], /unknown option '--al'\n\(Did you mean --all\?\)/],
    ["a missing argument is named", ["journal"], /missing required argument 'run'/],
    [
      "a pipeline that is not there",
      ["run", "ordres"],
      /no pipeline 'ordres' in .*, did you mean 'orders'\?/,
    ],
    [
      "a run that is not there",
      ["validate", "orders/run-9"],
      /no run 'orders\/run-9'[\s\S]*next: list them with: tidemark runs/,
    ],
    ["a number that is none", ["runs", "--limit", "few"], /--limit few: give a whole number from 1/],
    [
      "a configuration that is not there",
      ["check", "-c", "no.yaml"],
      /no configuration at no\.yaml[\s\S]*tidemark init/,
    ],
  ])("%s (exit 1)", async (_name, args, message) => {
    using project = tempProject(
      "project: p\nconnections:\n  a: { type: files, path: ./a }\npipelines:\n  orders:\n    source: { from: a, path: in/x.csv }\n    sink: { to: a, path: out }\n",
    );
    const ended = await tidemark(project, args);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(message);
    expect(ended.stdout).toBe("");
  });

  it("help of every command teaches: what it does, and an example to copy", async () => {
    using project = tempProject();
    const helped = await Promise.all(
      COMMANDS.map((name) => tidemark(project, [...name.split(" "), "--help"])),
    );
    helped.forEach(({ code, stdout }: Ended, index) => {
      expect(code).toBe(0);
      expect(stdout, COMMANDS[index]).toMatch(/^Usage: tidemark \S[^\n]*\n\n[A-Z][^\n]{20}/);
      expect(stdout).toMatch(new RegExp(`Examples?:\\n  tidemark ${COMMANDS[index] ?? ""}`));
    });
    const all = await tidemark(project, ["--help"]);
    for (const name of COMMANDS) expect(all.stdout).toContain(`  ${name.split(" ")[0] ?? ""}`);
    expect(all.stdout).toMatch(/Exit codes:/);
  });
});

describe("an old Node.js", () => {
  it("is told in one line what is needed", (test) => {
    const old = globSync(["/usr/bin/node", "/usr/local/bin/node"]).find((path) => majorOf(path) < 24);
    if (old === undefined) return skipLoudly(test, "there is no Node.js older than 24 to start it with");
    const started = startWith(old);
    expect(started.status).toBe(1);
    expect(started.stderr).toMatch(/^tidemark needs Node\.js 24 or newer; this is \d+\.\d+\.\d+\n$/);
    return undefined;
  });
});

function majorOf(node: string): number {
  return Number(execFileSync(node, ["-p", "process.versions.node.split('.')[0]"], { encoding: "utf8" }));
}

function startWith(node: string): { readonly status: number; readonly stderr: string } {
  try {
    execFileSync(node, [CLI, "status"], { encoding: "utf8", stdio: "pipe" });
    return { status: 0, stderr: "" };
  } catch (error) {
    return error as { status: number; stderr: string };
  }
}
