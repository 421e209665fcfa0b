/**
 * Measures contestants in turns, so that a machine's moods meet all of them: every round runs each once, beginning with
 * another one each time. A ratio is taken within a round, ours over theirs; reported are the median over the rounds and
 * the smallest and largest as `<name>_min` and `<name>_max`. One round before counts for nothing (warm-up).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { assert } from "../src/core/errors.ts";
import type { Clock } from "../src/core/clock.ts";
import type { BenchResult } from "./bench-module.ts";

export interface Contestant {
  /** not timed */
  prepare?(): void | Promise<void>;
  run(): void | Promise<void>;
}

export interface Race {
  readonly rounds: number;
  readonly clock: Clock;
  readonly ours: Contestant;
  readonly theirs: Readonly<Record<string, Contestant>>;
}

export interface RaceResult extends BenchResult {
  /** median of our wall times */
  readonly oursMs: number;
}

export async function interleave({ rounds, clock, ours, theirs }: Race): Promise<RaceResult> {
  const contestants = [["ours", ours] as const, ...Object.entries(theirs)];
  const times = new Map<string, number[]>(contestants.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(round === 0 ? "warm-up" : ` ${round}/${rounds}`);
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const [name, contestant] = contestants[(round + turn) % contestants.length] ?? ["ours", ours];
      const elapsedMs = await timeOf(contestant, clock);
      if (round > 0) times.get(name)?.push(elapsedMs);
    }
  }
  process.stderr.write("\n");
  const oursMs = times.get("ours") ?? [];
  const ratios: Record<string, number> = {};
  const figures: Record<string, number> = {};
  for (const name of Object.keys(theirs)) {
    const theirsMs = times.get(name) ?? [];
    const perRound = oursMs.map((ms, round) => ms / (theirsMs[round] ?? Number.NaN));
    ratios[name] = rounded(median(perRound));
    figures[`${name}_min`] = rounded(Math.min(...perRound));
    figures[`${name}_max`] = rounded(Math.max(...perRound));
  }
  return { ratios, figures: { ...figures, rounds }, oursMs: median(oursMs) };
}

/** A command line as a contestant. Its time includes starting a shell and the process. */
export function commandContestant(command: string): Contestant {
  return {
    run: async () => {
      const child = spawn(command, { shell: true, stdio: ["ignore", "ignore", "inherit"] });
      const [code]: unknown[] = await once(child, "exit");
      assert(code === 0, `the command of --vs exits with 0, not ${String(code)}: ${command}`);
    },
  };
}

/** The further contestant `vs`, where one was asked for. */
export function versus(command: string | undefined): Readonly<Record<string, Contestant>> {
  return command === undefined ? {} : { vs: commandContestant(command) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

async function timeOf(contestant: Contestant, clock: Clock): Promise<number> {
  await contestant.prepare?.();
  const startMs = clock.monotonicMs();
  await contestant.run();
  return clock.monotonicMs() - startMs;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
