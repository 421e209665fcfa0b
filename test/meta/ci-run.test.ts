/** Runs `.ci/run` with an npm of our own in place of the real one, and looks at its last line and its exit code. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { readFile } from "./source-files.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-ci-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `npm ci` and `npm test` end with these codes; the tests leave this report, or none. */
function runCi(npm: { ci?: number; test?: number; report?: object }): { last: string; code: number | null } {
  const report = npm.report === undefined ? "" : JSON.stringify(npm.report);
  const fake = `#!/usr/bin/env bash
    if [ "$1" = ci ]; then exit ${npm.ci ?? 0}; fi
    for argument in "$@"; do
      case "$argument" in --outputFile.json=*) printf '%s' '${report}' > "\${argument#*=}" ;; esac
    done
    echo "the runner's own summary"
    exit ${npm.test ?? 0}\n`;
  writeExecutable(join(folder, "bin/npm"), fake);
  writeExecutable(join(folder, "repo/.ci/run"), readFile(".ci/run"));
  const { stdout, status } = spawnSync(join(folder, "repo/.ci/run"), {
    encoding: "utf8",
    env: { ...process.env, PATH: `${join(folder, "bin")}:${process.env["PATH"]}`, TMPDIR: folder },
  });
  return { last: stdout.trimEnd().split("\n").at(-1) ?? "", code: status };
}

function writeExecutable(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

function reportOf(passed: number, failed: number, pending: number, todo: number): object {
  return { numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: todo };
}

it.each([
  ["all passed", { report: reportOf(7, 0, 0, 0) }, "7 passed, 0 failed, 0 skipped", 0],
  ["some failed", { test: 1, report: reportOf(7, 2, 0, 0) }, "7 passed, 2 failed, 0 skipped", 1],
  ["a skip is a failure", { report: reportOf(7, 0, 1, 2) }, "7 passed, 0 failed, 3 skipped", 1],
  ["nothing ran", { report: reportOf(0, 0, 0, 0) }, "0 passed, 0 failed, 0 skipped", 1],
  ["a file did not load", { test: 1, report: reportOf(7, 0, 0, 0) }, "7 passed, 1 failed, 0 skipped", 1],
  ["the build broke", { test: 2 }, "0 passed, 1 failed, 0 skipped", 1],
  ["the install broke", { ci: 1 }, "0 passed, 1 failed, 0 skipped", 1],
])("ends with the counts alone on a line: %s", (_, npm, last, code) => {
  expect(runCi(npm)).toEqual({ last, code });
});
