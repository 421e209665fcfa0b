/** The command line in a real terminal (a pty made by `script`): what is drawn, what colours are used, and what NO_COLOR does. */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { skipLoudly } from "../support/skip-loudly.ts";
import { type TempProject, tempProject } from "../support/temp-project.ts";

const CLI = resolve(import.meta.dirname, "../../bin/tidemark.js");
const GREEN_CHECK = "\u001B[32m✓\u001B[39m";
const ERASE_LINE = "\r\u001B[2K";

let project: TempProject;
beforeAll(() => {
  project = tempProject(
    "project: t\nconnections:\n  here: { type: files, path: . }\npipelines:\n  rows:\n    source: { from: here, path: rows.csv }\n    sink: { to: here, path: out }\n",
  );
  project.write("rows.csv", "id\n1\n2\n");
});
afterAll(() => project[Symbol.dispose]());

interface Typed {
  readonly args: string;
  readonly env?: Record<string, string>;
  /** what the person types */
  readonly input?: string;
}

/** What the terminal was sent: stdout and stderr as they came. */
function inTerminal(test: TestContext, { args, env, input }: Typed): string {
  const { error, stdout } = spawnSync(
    "script",
    ["-qec", `'${process.execPath}' '${CLI}' ${args}`, "/dev/null"],
    {
      cwd: project.folder,
      env: { ...process.env, NO_COLOR: "", TERM: "xterm", ...env },
      encoding: "utf8",
      input: input ?? "",
      timeout: 30_000,
      killSignal: "SIGKILL",
    },
  );
  if (error !== undefined && "code" in error && error.code === "ENOENT")
    return skipLoudly(test, "a terminal is made by script(1), which is not installed");
  expect(error).toBeUndefined();
  return stdout;
}

describe("in a terminal", () => {
  it("a run draws one line again and again, and leaves only its summary", (test) => {
    const output = inTerminal(test, { args: "run" });
    expect(output).toContain("chunk 0/1");
    expect(output).toContain(GREEN_CHECK);
    const lines = output.split("\r\n").map((line) => line.slice(line.lastIndexOf(ERASE_LINE) + 1));
    expect(lines.filter((line) => line.includes("rows/s"))).toEqual([]);
  });

  it("NO_COLOR takes the colours, not the line", (test) => {
    const output = inTerminal(test, { args: "run", env: { NO_COLOR: "1" } });
    expect(output).toContain("  ✓ 2 rows");
    expect(output).not.toMatch(/\u001B\[\d+m/);
    expect(output).toContain(ERASE_LINE);
  });

  it("columns of a table stand below each other, coloured or not", (test) => {
    const [coloured = ""] = inTerminal(test, { args: "status" }).split("\r\n");
    const [plain = ""] = inTerminal(test, { args: "status", env: { NO_COLOR: "1" } }).split("\r\n");
    expect(coloured).toContain(GREEN_CHECK);
    expect(coloured.replaceAll(/\u001B\[\d+m/g, "")).toBe(plain);
  });

  it("state reset asks first, and does nothing unless told yes", (test) => {
    const output = inTerminal(test, { args: "state reset rows", input: "n\n" });
    expect(output).toMatch(/Give up the unfinished run of rows and forget its checkpoints\? \[y\/N\]/);
    expect(output).toContain("nothing was changed");
  });
});
