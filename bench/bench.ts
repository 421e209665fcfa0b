/**
 * `npm run bench -- NAME [--json] [--rounds N] [--vs 'COMMAND']`, `npm run bench -- --list`. Results go to stdout
 * (`--json`: one object {bench, ratios, figures, machine}), progress to stderr. docs/bench.md says how to read them.
 */
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { TidemarkError, toTidemarkError } from "../src/core/errors.ts";
import type { BenchModule, BenchOptions, BenchResult } from "./bench-module.ts";

const BENCHES = ["parquet-encode", "sqlite-parquet", "ledger-append"] as const;
type BenchName = (typeof BENCHES)[number];

const ROUNDS = 7;
const USAGE = "npm run bench -- NAME [--json] [--rounds N] [--vs 'COMMAND'], or npm run bench -- --list";

interface Request extends BenchOptions {
  readonly name: BenchName | undefined;
  readonly json: boolean;
}

try {
  const request = parseRequest(process.argv.slice(2));
  if (request.name === undefined) await list();
  else await runBench(request.name, request);
} catch (error) {
  const { message, exitCode } = toTidemarkError(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
}

function parseRequest(args: readonly string[]): Request {
  const { values, positionals } = parseFlags(args);
  const [name] = positionals;
  const bench = BENCHES.find((known) => known === name);
  if (values.list !== true && bench === undefined)
    throw new TidemarkError("USAGE_INVALID", {
      reason: `${name === undefined ? "no bench named" : `no bench '${name}'`}; write: ${USAGE}`,
    });
  const rounds = Number(values.rounds ?? ROUNDS);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new TidemarkError("USAGE_INVALID", {
      reason: `--rounds is a number from 1, not '${values.rounds}'`,
    });
  return {
    name: values.list === true ? undefined : bench,
    json: values.json === true,
    rounds,
    ...(values.vs === undefined ? {} : { vs: values.vs }),
  };
}

interface Flags {
  readonly list?: boolean;
  readonly json?: boolean;
  readonly rounds?: string;
  readonly vs?: string;
}

function parseFlags(args: readonly string[]): { values: Flags; positionals: string[] } {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        list: { type: "boolean" },
        json: { type: "boolean" },
        rounds: { type: "string" },
        vs: { type: "string" },
      },
    });
  } catch (error) {
    throw new TidemarkError("USAGE_INVALID", {
      reason: `${toTidemarkError(error).details["message"]}; write: ${USAGE}`,
    });
  }
}

async function list(): Promise<void> {
  for (const name of BENCHES) {
    const { description } = await load(name);
    process.stdout.write(`${name.padEnd(16)} ${description}\n`);
  }
}

async function runBench(name: BenchName, { json, ...options }: Request): Promise<void> {
  const bench = await load(name);
  process.stderr.write(`${name}: ${bench.description}\n`);
  const result = await bench.run(options);
  const text = json
    ? JSON.stringify({ bench: name, ...result, machine: machine() })
    : tableOf(result, machine());
  process.stdout.write(`${text}\n`);
}

async function load(name: BenchName): Promise<BenchModule> {
  const module: BenchModule = await import(`./${name}.ts`);
  return module;
}

function machine(): Record<string, string | number> {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    load_1min: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    memory_mb: Math.round(totalmem() / 1e6),
    node: process.version,
  };
}

function tableOf({ ratios, figures }: BenchResult, about: Record<string, string | number>): string {
  const rows: [string, string][] = [];
  for (const [name, ratio] of Object.entries(ratios))
    rows.push([
      `ratio to ${name}`,
      `${ratio} (${figures[`${name}_min`] ?? "?"} to ${figures[`${name}_max`] ?? "?"})`,
    ]);
  for (const [name, figure] of Object.entries(figures))
    if (!isSpread(name, ratios)) rows.push([name, figure.toLocaleString("en")]);
  for (const [name, value] of Object.entries(about)) rows.push([name, String(value)]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

function isSpread(name: string, ratios: Readonly<Record<string, number>>): boolean {
  return Object.keys(ratios).some((ratio) => name === `${ratio}_min` || name === `${ratio}_max`);
}
