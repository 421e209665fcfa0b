import { describe, expect, it } from "vitest";
import { VirtualClock } from "./virtual-clock.ts";

function sleepers(clock: VirtualClock, durations: readonly number[]): string[] {
  const woken: string[] = [];
  for (const [index, ms] of durations.entries()) {
    void clock.sleep(ms).then(() => woken.push(`${index} at ${clock.monotonicMs()}`));
  }
  return woken;
}

describe("VirtualClock", () => {
  it("stands still until it is moved", async () => {
    const clock = new VirtualClock(1_000);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_000, 0]);
    await clock.advance(250.5);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_250, 250.5]);
  });

  it("wakes sleepers in the order they are due, each at its instant, equals in the order they came", async () => {
    const clock = new VirtualClock();
    const woken = sleepers(clock, [30, 10, 20, 10, 40]);
    await clock.advance(30);
    expect(woken).toEqual(["1 at 10", "3 at 10", "2 at 20", "0 at 30"]);
    expect(clock.sleeperCount).toBe(1);
    await clock.advance(10);
    expect(woken.at(-1)).toBe("4 at 40");
  });

  it("wakes a sleeper that lies down again within the same advance", async () => {
    const clock = new VirtualClock();
    const beats: number[] = [];
    void (async () => {
      while (beats.length < 5) {
        await clock.sleep(10);
        beats.push(clock.monotonicMs());
      }
    })();
    await clock.advance(35);
    expect(beats).toEqual([10, 20, 30]);
    expect(clock.monotonicMs()).toBe(35);
  });

  it("wakes a sleep of nothing, or less, at an advance of nothing", async () => {
    const clock = new VirtualClock();
    const woken = sleepers(clock, [0, -5]);
    await Promise.resolve();
    expect(woken).toEqual([]);
    await clock.advance(0);
    expect(woken).toEqual(["0 at 0", "1 at 0"]);
  });

  it("moves the wall alone on a jump, and wakes nobody", async () => {
    const clock = new VirtualClock(10_000);
    const woken = sleepers(clock, [50]);
    clock.jumpWall(-5_000);
    await clock.advance(0);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([5_000, 0]);
    expect(woken).toEqual([]);
    await clock.advance(50);
    expect(woken).toEqual(["0 at 50"]);
  });

  it("rejects a sleep whose signal aborts, with the signal's reason, and forgets it", async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const slept = clock.sleep(10, abort.signal);
    abort.abort("enough");
    await expect(slept).rejects.toBe("enough");
    expect(clock.sleeperCount).toBe(0);
    await expect(clock.sleep(10, AbortSignal.abort("before"))).rejects.toBe("before");
  });

  it("does not mind a signal that aborts after the sleep, or never", async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const slept = clock.sleep(10, abort.signal);
    await clock.advance(10);
    abort.abort("too late");
    await expect(slept).resolves.toBeUndefined();
  });

  it("does not go back", async () => {
    await expect(new VirtualClock().advance(-1)).rejects.toThrow(/jumpWall/);
  });
});
