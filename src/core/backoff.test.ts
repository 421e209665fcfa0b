import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";
import type { Random } from "./random.ts";

function fixedRandom(value: number): Random {
  return { next: () => value, fill: (target) => target };
}

describe("backoffMs", () => {
  it.each([
    [1, 50, 100],
    [2, 100, 200],
    [3, 200, 400],
    [6, 1_600, 3_200],
    [7, 2_500, 5_000],
    [5_000, 2_500, 5_000],
  ])("after attempt %i waits from %i to %i ms", (attempt, leastMs, mostMs) => {
    const wait = (value: number): number =>
      backoffMs({ attempt, baseMs: 100, capMs: 5_000, random: fixedRandom(value) });
    expect(wait(0)).toBe(leastMs);
    expect(wait(0.999999999)).toBe(mostMs);
  });

  it("does not wait when the policy has no base, after however many attempts", () => {
    expect(backoffMs({ attempt: 5_000, baseMs: 0, capMs: 5_000, random: fixedRandom(0.5) })).toBe(0);
  });

  it("is a whole number from d/2 to d, whatever the policy", () => {
    const times = fc.nat({ max: 10_000_000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        times,
        times,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, baseMs, capMs, drawn) => {
          const waitMs = backoffMs({ attempt, baseMs, capMs, random: fixedRandom(drawn) });
          const fullMs = baseMs === 0 ? 0 : Math.min(capMs, baseMs * 2 ** (attempt - 1));
          expect(Number.isSafeInteger(waitMs)).toBe(true);
          expect(waitMs).toBeGreaterThanOrEqual(Math.floor(fullMs / 2));
          expect(waitMs).toBeLessThanOrEqual(Math.ceil(fullMs));
        },
      ),
    );
  });

  it.each([
    [0, 1, 1],
    [Number.NaN, 1, 1],
    [1, -1, 1],
    [1, 1, -1],
  ])("asserts on attempt %d, base %d, cap %d", (attempt, baseMs, capMs) => {
    expect(() => backoffMs({ attempt, baseMs, capMs, random: fixedRandom(0) })).toThrow(/broken invariant/);
  });
});
