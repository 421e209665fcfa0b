/**
 * Time for tests and rehearsals: it stands still until told to move, so a test waits for nothing and runs the same each time.
 * Sleepers wake in the order they are due, those due at once in the order they lay down; before the next one wakes, what the
 * last one set off gets its turn, so a sleeper that sleeps again within the same advance is woken again by it.
 */
import { setImmediate } from "node:timers/promises";
import { assert } from "./errors.ts";
import type { Clock } from "./clock.ts";

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

export class VirtualClock implements Clock {
  #monotonicMs = 0;
  #wallOffsetMs: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(startMs = 1_800_000_000_000) {
    this.#wallOffsetMs = startMs;
  }

  nowMs(): number {
    return Math.floor(this.#wallOffsetMs + this.#monotonicMs);
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** How many sleep now: a test can see that its subject has lain down. */
  get sleeperCount(): number {
    return this.#sleepers.size;
  }

  /** Like every Clock's, and like a timer a sleep of 0 ms or less wakes at the next advance, also by 0. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const abort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const sleeper: Sleeper = { dueMs: this.#monotonicMs + Math.max(0, durationMs), wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Moves time on and wakes whoever is due on the way. Resolves after the last one's promises have run. */
  async advance(durationMs: number): Promise<void> {
    assert(durationMs >= 0, "time goes forwards: jumpWall moves the wall clock back");
    const untilMs = this.#monotonicMs + durationMs;
    await setImmediate();
    for (let due = this.#nextDue(untilMs); due !== undefined; due = this.#nextDue(untilMs)) {
      this.#monotonicMs = due.dueMs;
      due.wake();
      await setImmediate();
    }
    this.#monotonicMs = untilMs;
  }

  /** Moves the wall clock alone, either way, as an administrator or a time service does. */
  jumpWall(offsetMs: number): void {
    this.#wallOffsetMs += offsetMs;
  }

  #nextDue(untilMs: number): Sleeper | undefined {
    let next: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.dueMs <= untilMs && (next === undefined || sleeper.dueMs < next.dueMs)) next = sleeper;
    }
    return next;
  }
}
