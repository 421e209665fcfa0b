/** The random port. `systemRandom` is the only place that asks the machine; `seededRandom` is for tests and rehearsals. */
import { randomFillSync } from "node:crypto";

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Fills `target` with random bytes and returns it. */
  fill(target: Uint8Array): Uint8Array;
}

export const systemRandom: Random = {
  next: () => Math.random(),
  fill: (target) => randomFillSync(target),
};

/** Deterministic random numbers (mulberry32). Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const fill = (target: Uint8Array): Uint8Array => {
    for (let index = 0; index < target.length; index += 1) target[index] = Math.floor(next() * 256);
    return target;
  };
  return { next, fill };
}
