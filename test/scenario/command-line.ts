/** What the scenario tests share: runs by the built command line and what they left behind, without any stack trace shown. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { CliOptions, Ended, TempProject } from "../support/temp-project.ts";

export interface ShownError {
  readonly code: string;
  readonly message: string;
  readonly next: string;
  readonly exitCode: number;
  readonly causes: readonly string[];
}

/** One run as `run --json` prints it; `error` of a failed one. */
export interface ShownRun {
  readonly pipeline: string;
  readonly run?: string;
  readonly runId?: string;
  readonly status: string;
  readonly read: number;
  readonly written: number;
  readonly quarantined: number;
  readonly filtered: number;
  readonly peakBytes: number;
  readonly error?: ShownError;
}

/** A refused row as its quarantine file keeps it. */
export interface Refused {
  readonly row: number;
  readonly column: string | null;
  readonly rule: string;
  readonly place: Readonly<Record<string, unknown>>;
  readonly raw?: string;
  readonly rawBase64?: string;
  readonly rawBytes: number;
}

/** Runs a command and holds it to what every command owes: no stack trace, no warning of the runtime, no unknown failure. */
export async function tidemark(
  project: TempProject,
  args: readonly string[],
  options?: CliOptions,
): Promise<Ended> {
  const ended = await project.cli(args, options);
  expect(ended.stdout + ended.stderr).not.toMatch(/^\s+at .+:\d+:\d+\)?$|Warning: |INTERNAL_|\[object /m);
  return ended;
}

/** `run` (or `resume`) with `--json`: the exit code and every pipeline's outcome by name. */
export async function runJson(
  project: TempProject,
  args: readonly string[],
  options?: CliOptions,
): Promise<{ readonly code: number | null; readonly stderr: string; of(pipeline: string): ShownRun }> {
  const { code, stdout, stderr } = await tidemark(project, [...args, "--json"], options);
  const printed = parse<ShownRun | { runs: ShownRun[] }>(stdout);
  const runs = "runs" in printed ? printed.runs : [printed];
  const of = (pipeline: string): ShownRun => {
    const found = runs.find((one) => one.pipeline === pipeline);
    return found ?? expect.fail(`no outcome of ${pipeline} in: ${stdout}${stderr}`);
  };
  return { code, stderr, of };
}

/** Completed, and every row that came in is somewhere. */
export function expectBalanced(run: ShownRun): void {
  expect(run, JSON.stringify(run.error)).toMatchObject({ status: "completed" });
  expect(run.written + run.quarantined + run.filtered).toBe(run.read);
}

export function refusedRows(project: TempProject, pipeline: string): readonly Refused[] {
  const folder = join(project.folder, ".tidemark/quarantine", pipeline);
  if (!existsSync(folder)) return [];
  const names = globSync("**/*.ndjson", { cwd: folder }).toSorted();
  return names.flatMap((name) =>
    readFileSync(join(folder, name), "utf8")
      .trim()
      .split("\n")
      .map(parse<Refused>),
  );
}

export function parse<T>(json: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is wrong about it is what a test finds
  return JSON.parse(json) as T;
}

/** Lines of a pipeline from one file to Parquet: `name: path`, with more of the source and of the pipeline. */
export function filePipeline(name: string, path: string, source = "", more = ""): string {
  return `  ${name}:\n    source: { from: in, path: "${path}"${source} }\n    sink: { to: lake, path: ${name} }\n${more}`;
}
