/** What a person or a script does to the command line beside typing it right: closed pipes, wrong flags, Ctrl-C, old runs. */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, type TempProject, tempProject } from "../support/temp-project.ts";
import { parse, runJson, type ShownError, tidemark } from "./command-line.ts";

const CLI = resolve(import.meta.dirname, "../../bin/tidemark.js");

const CONFIG = `project: robust
connections:
  in: { type: files, path: ./in }
  lake: { type: files, path: ./lake }
pipelines:
  orders:
    source: { from: in, path: orders.csv }
    sink: { to: lake, path: orders }
  events:
    source: { from: in, path: orders.csv }
    sink: { to: lake, path: events, mode: append }
`;

let project: TempProject;
beforeAll(async () => {
  project = tempProject(CONFIG);
  mkdirSync(project.path("in"));
  project.write("in/orders.csv", "id,name\n1,Ann\n2,Bob\n");
  for (let run = 1; run <= 3; run += 1)
    expect((await tidemark(project, ["run", "--all", "--quiet"])).code).toBe(0);
});
afterAll(() => project[Symbol.dispose]());

function errorOf({ stdout }: Ended): ShownError {
  return parse<{ error: ShownError }>(stdout).error;
}

describe("validate", () => {
  it("says of a run that was replaced which one stands, and exits 1, not 3", async () => {
    const old = await tidemark(project, ["validate", "orders/run-1"]);
    expect(old.code).toBe(1);
    expect(old.stderr).toMatch(/orders\/run-1 was superseded by run-3[\s\S]*VALIDATE_SUPERSEDED/);
    expect(old.stderr).toContain("next: validate that one: tidemark validate orders/run-3");
    expect((await tidemark(project, ["validate", "orders/run-3"])).code).toBe(0);
  });

  it("still validates an older run of mode append: its parts stand", async () => {
    const { code, stdout, stderr } = await tidemark(project, ["validate", "events/run-1"]);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain("events/run-1");
  });
});

describe("a reader of the output that stops before its end", () => {
  /** Runs a command whose stdout or stderr nobody reads from the start. */
  async function runUnread(closed: "stdout" | "stderr", args: readonly string[]): Promise<Ended> {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: project.folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child[closed].destroy();
    const said: Buffer[] = [];
    child[closed === "stdout" ? "stderr" : "stdout"].on("data", (bytes: Buffer) => said.push(bytes));
    const text = (): string => Buffer.concat(said).toString("utf8");
    return new Promise((fulfil) => {
      child.on("close", (code, signal) => fulfil({ code, signal, stdout: text(), stderr: text() }));
    });
  }

  it.each([["journal", "orders", "--json"], ["journal", "orders", "--follow"], ["plan"], ["--help"]])(
    "ends tidemark %s %s %s quietly with 141",
    async (...args) => {
      expect(await runUnread("stdout", args)).toMatchObject({ code: 141, signal: null, stderr: "" });
    },
  );

  it("of the progress does not stop a run", async () => {
    const { code, stdout } = await runUnread("stderr", ["run", "events", "--json"]);
    expect(code).toBe(0);
    expect(parse<{ status: string }>(stdout)).toMatchObject({ status: "completed", written: 2 });
  });
});

describe("--json with a wrong command line", () => {
  it.each([
    [["journal", "--json"], /missing required argument 'run'/],
    [["run", "orders", "--jsom", "--json"], /unknown option '--jsom'/],
    [["--json", "rnu"], /unknown command 'rnu'/],
    [["runs", "--limit", "x", "--json"], /--limit x/],
    [["--json"], /name a command/],
  ])("tidemark %j prints the error as JSON on stdout, and nothing on stderr", async (args, message) => {
    const ended = await tidemark(project, args);
    expect(ended).toMatchObject({ code: 1, stderr: "" });
    expect(errorOf(ended)).toMatchObject({ code: "USAGE_INVALID", exitCode: 1 });
    expect(errorOf(ended).message).toMatch(message);
  });

  it("without --json it is said on stderr, with the way to the help", async () => {
    const { code, stdout, stderr } = await tidemark(project, ["run", "orders", "--jsom"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/unknown option '--jsom'[\s\S]*tidemark run --help/);
  });
});

describe("Ctrl-C before the last pipeline", () => {
  it("exits 130 and says which ones were not started", async () => {
    let pid = 0;
    const ended = await runJson(project, ["run", "orders", "events"], {
      onStart: (started) => (pid = started),
      onStderr: (text) => {
        if (text.includes("→")) process.kill(pid, "SIGINT");
      },
    });
    expect(ended.code).toBe(130);
    expect(ended.of("events")).toEqual({ pipeline: "events", status: "notStarted" });
    expect(ended.stderr).toMatch(/events: not started +next: tidemark run events/);
  });
});

describe("doctor", () => {
  it("takes away every folder its probes made, and leaves those that were there", async () => {
    using fresh = tempProject(
      CONFIG.replace("path: orders }", 'path: "orders/{date}" }').replace("./lake", "./deep/er/lake"),
    );
    mkdirSync(fresh.path("in"));
    fresh.write("in/orders.csv", "id\n1\n");
    const folders = (): string[] =>
      readdirSync(fresh.folder, { recursive: true, encoding: "utf8" })
        .filter((name) => !/^\.tidemark\b(?!-)/.test(name))
        .toSorted();
    mkdirSync(fresh.path("deep"));
    const before = folders();
    expect((await tidemark(fresh, ["doctor"])).code).toBe(0);
    expect(folders()).toEqual(before);
  });
});
