/**
 * What ULID and UUID version 7 share: a millisecond and a random tail that together only ever grow. Within one
 * millisecond, and while the wall clock is behind the last stamp, the tail counts up; when it is used up, the millisecond
 * moves on. Growth holds within one source; sources of different processes are told apart by their tails.
 */
import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

export interface MonotonicStamp {
  readonly ms: number;
  /** overwritten by the next stamp */
  readonly tail: Uint8Array;
}

const TAIL_BYTES = 10;

/** `firstByteMask` keeps the bits of the tail's first byte that the id has room for. */
export function createMonotonicStamp(
  clock: Clock,
  random: Random,
  firstByteMask: number,
): () => MonotonicStamp {
  const tail = new Uint8Array(TAIL_BYTES);
  let lastMs = -1;
  const refill = (): void => {
    // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- Random's fill, not Array's
    random.fill(tail);
    tail[0] = (tail[0] ?? 0) & firstByteMask;
  };
  return () => {
    const nowMs = clock.nowMs();
    if (nowMs > lastMs) {
      lastMs = nowMs;
      refill();
    } else if (!countUp(tail, firstByteMask)) {
      lastMs += 1;
      refill();
    }
    return { ms: lastMs, tail };
  };
}

/** Adds one to the big-endian number in `tail`; false when it is used up. */
function countUp(tail: Uint8Array, firstByteMask: number): boolean {
  for (let index = TAIL_BYTES - 1; index >= 0; index -= 1) {
    const limit = index === 0 ? firstByteMask : 0xff;
    const byte = tail[index] ?? 0;
    if (byte < limit) {
      tail[index] = byte + 1;
      return true;
    }
    tail[index] = 0;
  }
  return false;
}
