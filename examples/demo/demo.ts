/**
 * The demo: three million real flights from Parquet into SQLite and from SQLite into Parquet, the second run killed on
 * the way and resumed, then validated, with its journal. Everything is done by the built command line, as a person would.
 * Run it with `npm run demo`; a second time it says what is there and shows it again.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { formatCount, formatDuration } from "../../src/core/format-quantity.ts";
import { loadProject } from "../../src/configuration/load-project.ts";
import { systemClock } from "../../src/core/clock.ts";
import { openTidemark, type Tidemark } from "../../src/runtime/tidemark.ts";

const repository = join(dirname(fileURLToPath(import.meta.url)), "../..");
const folder = process.env["TIDEMARK_DEMO_FOLDER"] ?? join(repository, "demo-out");
const config = join(folder, "tidemark.yaml");
const shown = relative(process.cwd(), folder) || ".";
const cli = join(repository, "bin/tidemark.js");
const flights = join(repository, "node_modules/vega-datasets/data/flights-3m.parquet");
const EXPORT = "flights_to_lake";

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
}

interface Command {
  readonly args: readonly string[];
  /** called with the child's pid once it runs */
  readonly onStart?: (pid: number) => void;
  readonly isQuiet?: boolean;
}

process.exitCode = await demo();

async function demo(): Promise<number> {
  const startedMs = systemClock.monotonicMs();
  say("Tidemark demo: 3,000,000 real flights, there and back, through a SIGKILL.", "");
  mkdirSync(folder, { recursive: true });
  writeFileSync(config, renderConfig());
  if (await isDone()) return showWhatIsThere();
  rmSync(join(folder, ".tidemark"), { recursive: true, force: true });
  for (const name of ["flights.db", "flights.db-wal", "flights.db-shm", "lake"])
    rmSync(join(folder, name), { recursive: true, force: true });

  say(
    "1. From Parquet into a SQLite table, which numbers the flights: one transaction per chunk, key and rows together.",
  );
  await mustSucceed(await tidemark({ args: ["run", "flights_to_sqlite"] }));
  say(
    "",
    "2. From SQLite into zstd Parquet, in chunks. When a third is done we kill the process, as a power cut would.",
  );
  await runAndKill();
  say(
    "",
    "3. What is committed stays; `resume` reads only what is missing. Nothing was visible to readers in between.",
  );
  await mustSucceed(await tidemark({ args: ["resume", EXPORT] }));
  const code = await prove();
  say("", `Done in ${formatDuration(systemClock.monotonicMs() - startedMs)}.`);
  return code;
}

async function prove(): Promise<number> {
  say("", "4. Every part is read again and compared with what was promised when it was written.");
  await mustSucceed(await tidemark({ args: ["validate", EXPORT, "--deep"] }));
  say(
    "",
    "5. The journal of both runs: what was planned, what happened, what degraded, what came out; and its hash chain.",
  );
  await mustSucceed(await tidemark({ args: ["journal", EXPORT] }));
  printPaths();
  return 0;
}

async function showWhatIsThere(): Promise<number> {
  say(
    `Already there: the demo ran before in ${shown}. Here is what it left (remove the folder to begin again).`,
    "",
  );
  await mustSucceed(await tidemark({ args: ["runs"] }));
  return prove();
}

function printPaths(): void {
  const run = `npx tidemark -c ${join(shown, "tidemark.yaml")}`;
  say("", "What was made:");
  say(`  ${join(shown, "flights.db")}          the SQLite table, with a generated flight_id`);
  say(`  ${join(shown, "lake/flights")}        the Parquet parts, _manifest.json and _SUCCESS`);
  say(`  ${join(shown, ".tidemark/ledger.db")} the ledger: runs, checkpoints and journal`);
  say("", "Try next:");
  say(`  ${run} plan ${EXPORT}`);
  say(`  ${run} run ${EXPORT}`);
  say(`  ${run} status`);
}

async function isDone(): Promise<boolean> {
  if (!existsSync(join(folder, ".tidemark/ledger.db"))) return false;
  return withState(async ({ storage, tenant }) => {
    const [newest] = await storage.listRuns({ tenant, pipeline: EXPORT, limit: 1 });
    return newest?.status === "completed" && existsSync(join(folder, "lake/flights/_SUCCESS"));
  });
}

/** Starts the export and kills it with SIGKILL when a third of its chunks are committed. */
async function runAndKill(): Promise<void> {
  await withState(async (state) => {
    let pid = 0;
    let done = 0;
    let total = 0;
    const ended = tidemark({ args: ["run", EXPORT], onStart: (started) => (pid = started) });
    const over = new AbortController();
    void ended.then(() => over.abort());
    while (!over.signal.aborted && (total === 0 || done < Math.max(3, total / 3))) {
      await systemClock.sleep(20);
      ({ done, total } = await countChunks(state));
    }
    process.kill(pid, "SIGKILL");
    const { signal } = await ended;
    if (signal !== "SIGKILL") throw new Error("the demo's export ended before it could be killed");
    say("", `   ✗ killed with SIGKILL: ${done} of ${total} chunks were committed.`);
    const visible = existsSync(join(folder, "lake/flights/_SUCCESS")) ? "the old rows" : "nothing";
    say(`   A reader of ${join(shown, "lake/flights")} sees ${visible}.`);
  });
}

async function countChunks({ storage, tenant }: Tidemark): Promise<{ done: number; total: number }> {
  const [run] = await storage.listRuns({ tenant, pipeline: EXPORT, limit: 1 });
  if (run === undefined) return { done: 0, total: 0 };
  const batches = await storage.listBatches(tenant, run.rootRunId);
  return { done: batches.filter((batch) => batch.status === "completed").length, total: batches.length };
}

async function withState<T>(work: (state: Tidemark) => Promise<T>): Promise<T> {
  const state = await openTidemark(await loadProject({ path: config, env: process.env }));
  try {
    return await work(state);
  } finally {
    await state.close();
  }
}

function tidemark({ args, onStart }: Command): Promise<Ended> {
  say(`   $ tidemark ${args.join(" ")}`);
  const child = spawn(process.execPath, [cli, "-c", config, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.pid !== undefined) onStart?.(child.pid);
  let stdout = "";
  child.stdout.on("data", (bytes: Buffer) => {
    stdout += bytes.toString("utf8");
    process.stdout.write(bytes);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout }));
  });
}

async function mustSucceed({ code, signal }: Ended): Promise<void> {
  if (code !== 0) throw new Error(`the demo stopped: exit code ${code ?? signal}`);
}

function say(...lines: string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

function renderConfig(): string {
  const template = readFileSync(join(repository, "examples/demo/tidemark.yaml"), "utf8");
  return template.replaceAll("{{flights}}", dirname(flights)).replaceAll("{{rows}}", formatCount(3_000_000));
}
