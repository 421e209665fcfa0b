/** Steps of the SQLite connectors in a process of their own: to be killed, or to run without root's permissions. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface ChildOutcome {
  readonly code: string;
  readonly message: string;
  readonly signal: string | null;
}

const PROGRAM = fileURLToPath(new URL("./sqlite-child-main.ts", import.meta.url));
const NOBODY = 65_534;

export interface ChildArguments {
  readonly path: string;
  readonly writeMode?: string;
  readonly rootRunId?: string;
}

/** Runs a step as a user without any rights; as the same user where we are not root, who has none too many. */
export function runAsNobody(step: string, given: ChildArguments): Promise<ChildOutcome> {
  const root = process.getuid?.() === 0;
  return run(step, given, root ? { uid: NOBODY, gid: NOBODY } : {});
}

/** Runs a step with a fault planted. */
export function runWithFault(step: string, given: ChildArguments, fault: string): Promise<ChildOutcome> {
  return run(step, given, { env: { ...process.env, TIDEMARK_FAULT: fault } });
}

function run(
  step: string,
  given: ChildArguments,
  options: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv },
): Promise<ChildOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--no-warnings", PROGRAM, step, JSON.stringify(given)], {
      ...options,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (_, signal) => {
      if (output === "") resolve({ code: "", message: errors, signal });
      else resolve({ signal, ...(JSON.parse(output) as Omit<ChildOutcome, "signal">) });
    });
  });
}
