import { describe, expect, it } from "vitest";
import { systemClock } from "./clock.ts";
import { type Random, seededRandom, systemRandom } from "./random.ts";

describe("systemClock", () => {
  it("tells whole epoch milliseconds, and monotonic ones that do not go back", () => {
    expect(Number.isSafeInteger(systemClock.nowMs())).toBe(true);
    const before = systemClock.monotonicMs();
    expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(before);
  });

  it("sleeps until its timer, with a signal or without", async () => {
    await expect(systemClock.sleep(0)).resolves.toBeUndefined();
    await expect(systemClock.sleep(0, new AbortController().signal)).resolves.toBeUndefined();
  });

  it("rejects with the signal's reason when it aborts first", async () => {
    await expect(systemClock.sleep(3_600_000, AbortSignal.abort("before"))).rejects.toBe("before");
    const abort = new AbortController();
    const slept = systemClock.sleep(3_600_000, abort.signal);
    abort.abort("while");
    await expect(slept).rejects.toBe("while");
  });
});

function fillFrom(random: Random, target: Uint8Array): Uint8Array {
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- Random's fill, not Array's
  return random.fill(target);
}

/** The first numbers of a seed. */
function draw(seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: 5 }, () => random.next());
}

describe("seededRandom", () => {
  it("gives the same numbers for the same seed and others for another", () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it("stays within [0, 1) and fills bytes of every value", () => {
    const random = seededRandom(7);
    const bytes = fillFrom(random, new Uint8Array(20_000));
    expect(new Set(bytes).size).toBe(256);
    for (let count = 0; count < 1_000; count += 1) {
      const drawn = random.next();
      expect(drawn >= 0 && drawn < 1).toBe(true);
    }
  });
});

describe("systemRandom", () => {
  it("fills what it is given and draws within [0, 1)", () => {
    const target = new Uint8Array(64);
    expect(fillFrom(systemRandom, target)).toBe(target);
    expect(target.some((byte) => byte !== 0)).toBe(true);
    const drawn = systemRandom.next();
    expect(drawn >= 0 && drawn < 1).toBe(true);
  });
});
