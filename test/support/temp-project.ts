/**
 * A project in a temporary folder, for tests that run pipelines: writes `tidemark.yaml`, runs the command line as a child
 * process (so that it can be killed), and cleans up.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadProject } from "../../src/configuration/load-project.ts";
import { openTidemark, type Tidemark } from "../../src/runtime/tidemark.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly onStart?: (pid: number) => void;
  /** what it says on stderr, as it comes */
  readonly onStderr?: (text: string) => void;
  readonly cwd?: string;
}

export interface TempProject extends Disposable {
  readonly folder: string;
  path(name: string): string;
  write(name: string, content: string | Uint8Array): string;
  /** Runs one command line, as built, to its end. */
  cli(args: readonly string[], options?: CliOptions): Promise<Ended>;
  withTidemark<T>(work: (tidemark: Tidemark) => Promise<T>): Promise<T>;
}

const CLI = resolve(import.meta.dirname, "../../bin/tidemark.js");

export function tempProject(config?: string): TempProject {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-test-"));
  const path = (name: string): string => join(folder, name);
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(path(name), content);
    return path(name);
  };
  if (config !== undefined) write("tidemark.yaml", config);
  return {
    folder,
    path,
    write,
    cli: (args, options) => runCli(args, { cwd: folder, ...options }),
    withTidemark: async (work) => {
      const tidemark = await openTidemark(
        await loadProject({ path: path("tidemark.yaml"), env: process.env }),
      );
      try {
        return await work(tidemark);
      } finally {
        await tidemark.close();
      }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function runCli(args: readonly string[], options: CliOptions): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => stdout.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => {
    stderr.push(bytes);
    options.onStderr?.(bytes.toString("utf8"));
  });
  return new Promise((fulfil, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) =>
      fulfil({
        code,
        signal,
        stdout: Buffer.concat(stdout).toString("utf8"),
        stderr: Buffer.concat(stderr).toString("utf8"),
      }),
    );
  });
}
