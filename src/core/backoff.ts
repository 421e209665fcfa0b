/**
 * How long to wait before trying again: d = min(cap, base × 2^(attempt−1)), of which one half is kept and the other drawn
 * at random, so that the wait lies in [d/2, d] and callers that failed together do not come back together.
 * Nothing overflows, however many attempts there were.
 */
import { assert } from "./errors.ts";
import type { Random } from "./random.ts";

export interface Backoff {
  /** 1-based: the attempt that has just failed */
  readonly attempt: number;
  readonly baseMs: number;
  readonly capMs: number;
  readonly random: Random;
}

/** Whole milliseconds. */
export function backoffMs({ attempt, baseMs, capMs, random }: Backoff): number {
  assert(attempt >= 1 && baseMs >= 0 && capMs >= 0, "backoff needs attempt >= 1 and times >= 0");
  const fullMs = baseMs === 0 ? 0 : Math.min(capMs, baseMs * 2 ** (attempt - 1));
  return Math.round(fullMs / 2 + (random.next() * fullMs) / 2);
}
