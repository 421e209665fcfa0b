/**
 * The clock port. Everything that needs time or sleep takes a Clock; `systemClock` is the only place that reads the
 * machine's, `virtual-clock.ts` is the one for tests and rehearsals.
 */
export interface Clock {
  /** Wall time, epoch milliseconds (integer). May jump either way. */
  nowMs(): number;
  /** Milliseconds since an arbitrary start, never goes back; with fractions. */
  monotonicMs(): number;
  /** Resolves after `durationMs`; rejects with the signal's reason when aborted first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: sleepOnTimer,
};

function sleepOnTimer(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, durationMs);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
