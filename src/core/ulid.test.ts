import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Random, seededRandom } from "./random.ts";
import { createUlidSource, isUlid, ulidTimeMs } from "./ulid.ts";
import { createUuidV7Source, isUuidV7 } from "./uuid-v7.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** Random bytes that are all alike, so that a test knows the tail. */
function constantRandom(byte: number): Random {
  return { next: () => byte / 256, fill: (target) => target.fill(byte) };
}

const clockMoves = fc.array(fc.integer({ min: -100_000, max: 100_000 }), { maxLength: 200 });

describe.each([
  ["ULID", createUlidSource, isUlid],
  ["UUIDv7", createUuidV7Source, isUuidV7],
])("%s source", (_, createSource, isValid) => {
  it("grows and never repeats, however the wall clock jumps", () => {
    fc.assert(
      fc.property(clockMoves, fc.integer(), (moves, seed) => {
        const clock = new VirtualClock();
        const next = createSource(clock, seededRandom(seed));
        let last = next();
        for (const move of moves) {
          clock.jumpWall(move);
          const id = next();
          expect(isValid(id)).toBe(true);
          expect(id > last).toBe(true);
          last = id;
        }
      }),
    );
  });

  it("moves on by a millisecond when the tail is used up", () => {
    const clock = new VirtualClock(1_000);
    const next = createSource(clock, constantRandom(0xff));
    const first = next();
    const second = next();
    expect(second > first).toBe(true);
    clock.jumpWall(1);
    expect(next() > second).toBe(true);
  });
});

describe("ULID", () => {
  it("is time and tail in Crockford's base 32", () => {
    const clock = new VirtualClock(1_469_918_176_385);
    expect(createUlidSource(clock, constantRandom(0))()).toBe("01ARYZ6S410000000000000000");
    expect(createUlidSource(clock, constantRandom(0xff))()).toBe("01ARYZ6S41ZZZZZZZZZZZZZZZZ");
  });

  it("counts up within a millisecond, with carry", () => {
    const next = createUlidSource(new VirtualClock(0), {
      next: () => 0,
      fill: (target) => target.fill(0xff, 1),
    });
    expect(next()).toBe("000000000003ZZZZZZZZZZZZZZ");
    expect(next()).toBe("00000000000400000000000000");
  });

  it("tells its time", () => {
    const clock = new VirtualClock(281_474_976_710_655);
    const ulid = createUlidSource(clock, constantRandom(1))();
    expect(ulid.startsWith("7ZZZZZZZZZ")).toBe(true);
    expect(ulidTimeMs(ulid)).toBe(281_474_976_710_655);
  });

  it.each(["", "01ARYZ6S41000000000000000", "81ARYZ6S410000000000000000", "01aryz6s410000000000000000"])(
    "is not %j",
    (text) => {
      expect(isUlid(text)).toBe(false);
    },
  );

  it.each(["I", "L", "O", "U"])("has no letter %s", (letter) => {
    expect(isUlid(`01ARYZ6S41000000000000000${letter}`)).toBe(false);
  });
});

describe("UUIDv7", () => {
  it("puts time, version and variant where RFC 9562 wants them", () => {
    const clock = new VirtualClock(0x017f22e279b0);
    expect(createUuidV7Source(clock, constantRandom(0))()).toBe("017f22e2-79b0-7000-8000-000000000000");
    expect(createUuidV7Source(clock, constantRandom(0xff))()).toBe("017f22e2-79b0-7fff-bfff-ffffffffffff");
  });

  it("keeps the bits of the tail in order around the variant", () => {
    const bytes = [0x03, 0x21, 0x43, 0x65, 0x87, 0xa9, 0xcb, 0xed, 0x0f, 0x12];
    const random: Random = {
      next: () => 0,
      fill: (target) => {
        target.set(bytes);
        return target;
      },
    };
    expect(createUuidV7Source(new VirtualClock(0), random)()).toBe("00000000-0000-7c85-8365-87a9cbed0f12");
  });
});
