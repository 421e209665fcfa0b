/**
 * The ledger's hybrid logical clock (spec: ledger-and-evidence, section 1), as pure functions of two readings.
 *
 * `at` orders events and never goes back. Its wall part follows the wall clock, but leads what this process expects the
 * wall clock to be (the wall at its start plus monotonic time since) by at most 60 s: a clock that jumps years ahead does
 * not take the ledger with it. Where the wall part can not move, it holds and the counter counts.
 * A jump is a difference between wall clock and expectation that changed by more than 60 s since it was last noticed.
 */
import type { HybridTime } from "./event.ts";

export interface ClockReading {
  /** raw wall clock, epoch ms */
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** Both readings at the moment a jump was noticed. */
export interface ClockJump {
  readonly wallMs: number;
  /** what the wall clock should have shown by the monotonic clock */
  readonly expectedMs: number;
}

export const CLOCK_LEAD_MAX_MS = 60_000;

/** Time before any event. */
export const TIME_ZERO: HybridTime = { wallMs: 0, counter: 0 };

export function expectedWallMs(start: ClockReading, reading: ClockReading): number {
  return start.wallMs + Math.floor(reading.monotonicMs - start.monotonicMs);
}

/** The time of the event that follows one at `last`. */
export function nextTime(last: HybridTime, start: ClockReading, reading: ClockReading): HybridTime {
  const wallMs = Math.min(reading.wallMs, expectedWallMs(start, reading) + CLOCK_LEAD_MAX_MS);
  if (wallMs > last.wallMs) return { wallMs, counter: 0 };
  return { wallMs: last.wallMs, counter: last.counter + 1 };
}

/** `noticedOffsetMs` is wall minus expectation when a jump was last noticed, 0 at the start. */
export function findJump(
  start: ClockReading,
  reading: ClockReading,
  noticedOffsetMs: number,
): ClockJump | undefined {
  const expectedMs = expectedWallMs(start, reading);
  const offsetMs = reading.wallMs - expectedMs;
  if (Math.abs(offsetMs - noticedOffsetMs) <= CLOCK_LEAD_MAX_MS) return undefined;
  return { wallMs: reading.wallMs, expectedMs };
}
