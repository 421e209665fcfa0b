import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLOCK_LEAD_MAX_MS, expectedWallMs, findJump, nextTime, TIME_ZERO } from "./hybrid-clock.ts";

const START = { wallMs: 1_000_000, monotonicMs: 50.5 };

describe("nextTime", () => {
  it("never goes back and never leads by more than a minute, whatever the wall clock does", () => {
    const steps = fc.array(
      fc.record({ wallMs: fc.integer({ min: 0, max: 10_000_000 }), elapsedMs: fc.nat({ max: 100_000 }) }),
      { minLength: 1, maxLength: 50 },
    );
    fc.assert(
      fc.property(steps, (readings) => {
        let last = TIME_ZERO;
        let monotonicMs = START.monotonicMs;
        for (const { wallMs, elapsedMs } of readings) {
          monotonicMs += elapsedMs;
          const next = nextTime(last, START, { wallMs, monotonicMs });
          const later =
            next.wallMs > last.wallMs || (next.wallMs === last.wallMs && next.counter > last.counter);
          expect(later).toBe(true);
          const limit = expectedWallMs(START, { wallMs, monotonicMs }) + CLOCK_LEAD_MAX_MS;
          expect(next.wallMs).toBeLessThanOrEqual(limit);
          last = next;
        }
      }),
    );
  });

  it("holds where an earlier process was ahead", () => {
    const last = { wallMs: 9_999_999, counter: 7 };
    expect(nextTime(last, START, START)).toEqual({ wallMs: 9_999_999, counter: 8 });
  });
});

describe("findJump", () => {
  const at = (offsetMs: number) => ({
    wallMs: START.wallMs + 5 + offsetMs,
    monotonicMs: START.monotonicMs + 5.9,
  });

  it("sees none within a minute", () => {
    expect(findJump(START, at(60_000), 0)).toBeUndefined();
    expect(findJump(START, at(-60_000), 0)).toBeUndefined();
  });

  it("names both readings beyond", () => {
    expect(findJump(START, at(60_001), 0)).toEqual({ wallMs: 1_060_006, expectedMs: 1_000_005 });
    expect(findJump(START, at(-60_001), 0)).toEqual({ wallMs: 940_004, expectedMs: 1_000_005 });
  });

  it("sees a jump once, and the way back as another", () => {
    expect(findJump(START, at(100_000), 100_000)).toBeUndefined();
    expect(findJump(START, at(0), 100_000)).toEqual({ wallMs: 1_000_005, expectedMs: 1_000_005 });
  });
});
