/**
 * Waiting for the write lock, on the storage thread. SQLite's own wait backs off to 100 ms and so favours whoever just had
 * the lock; here everybody asks again after 0.2 to 2 ms, at random, and a process that sees others write pauses a moment
 * after each of its groups (`pauseForOthers`), so that waiting processes get their turn.
 */
import { systemClock } from "../../core/clock.ts";
import { TidemarkError } from "../../core/errors.ts";
import { systemRandom } from "../../core/random.ts";
import { isBusy } from "./sqlite-error.ts";

const WAIT_MIN_MS = 0.2;
const WAIT_SPREAD_MS = 1.8;
/** Longer than the longest wait of somebody who asks: they get in. */
const PAUSE_MS = 2.5;

const never = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread. */
export function pauseThread(durationMs: number): void {
  Atomics.wait(never, 0, 0, durationMs);
}

export function pauseForOthers(): void {
  pauseThread(PAUSE_MS);
}

/** Does `attempt` again while SQLite says busy, at most `timeoutMs`; then STORAGE_BUSY. */
export function retryWhileBusy<T>(attempt: () => T, path: string, timeoutMs: number): T {
  const startedMs = systemClock.monotonicMs();
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
      const waitedMs = Math.round(systemClock.monotonicMs() - startedMs);
      if (waitedMs >= timeoutMs)
        throw new TidemarkError("STORAGE_BUSY", { path, waitedMs }, { cause: error });
    }
    pauseThread(WAIT_MIN_MS + systemRandom.next() * WAIT_SPREAD_MS);
  }
}
