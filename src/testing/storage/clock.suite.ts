/** Contract of the ledger's clock: `at` never goes back, whatever the wall clock does, and a jump is an event. */
import { describe, expect, it } from "vitest";
import type { HybridTime, StoredEvent } from "../../ledger/event.ts";
import type { Storage } from "../../storage/port.ts";
import { readAll, sampleEvent, TENANT } from "./sample-requests.ts";
import { createOpener, type StorageAdapter } from "./storage-place.ts";

const DAY_MS = 86_400_000;
const LEAD_MS = 60_000;

export function describeClock(adapter: StorageAdapter): void {
  describe(`${adapter.name}: clock`, () => {
    const open = createOpener(adapter);
    const append = (storage: Storage) => storage.appendEvents({ tenant: TENANT, events: [sampleEvent("a")] });

    it("follows the wall clock, and counts within a millisecond", async () => {
      const { storage, clock } = await open();
      const startMs = clock.nowMs();
      await append(storage);
      await append(storage);
      await clock.advance(5);
      await append(storage);
      expect((await readAll(storage)).map(({ header }) => header.at)).toEqual([
        { wallMs: startMs, counter: 0 },
        { wallMs: startMs, counter: 1 },
        { wallMs: startMs + 5, counter: 0 },
      ]);
    });

    it("holds and counts when the wall clock goes back one day, and says so once", async () => {
      const { storage, clock } = await open();
      const startMs = clock.nowMs();
      await append(storage);
      clock.jumpWall(-DAY_MS);
      await append(storage);
      await append(storage);
      const events = await readAll(storage);
      expectOrdered(events);
      expect(events.map(({ header }) => header.entity)).toEqual(["a", "ledger/clock", "a", "a"]);
      expect(events[1]).toMatchObject({
        header: { kind: "clock.jumped", tenant: "system" },
        payload: { wallMs: startMs - DAY_MS, expectedMs: startMs },
      });
      expect(events[3]?.header).toMatchObject({ at: { wallMs: startMs }, clockMs: startMs - DAY_MS });
    });

    it("leads by a minute at most when the wall clock goes forward ten years", async () => {
      const { storage, clock } = await open();
      const startMs = clock.nowMs();
      await append(storage);
      clock.jumpWall(3_650 * DAY_MS);
      await append(storage);
      await clock.advance(1_000);
      await append(storage);
      const events = await readAll(storage);
      expectOrdered(events);
      expect(events.filter(({ header }) => header.kind === "clock.jumped")).toHaveLength(1);
      expect(events[2]?.header.at.wallMs).toBe(startMs + LEAD_MS);
      expect(events[2]?.header.clockMs).toBe(startMs + 3_650 * DAY_MS);
      expect(events[3]?.header.at).toEqual({ wallMs: startMs + LEAD_MS + 1_000, counter: 0 });
    });

    it("does not go back when it is opened again after the wall clock did", async () => {
      const { storage, clock, openAgain } = await open();
      await append(storage);
      await storage.close();
      clock.jumpWall(-DAY_MS);
      const again = await openAgain();
      await append(again);
      expectOrdered(await readAll(again));
    });

    it("appends no jump for what only reads", async () => {
      const { storage, clock } = await open();
      clock.jumpWall(DAY_MS);
      expect(await storage.durablePosition()).toBe(0);
      expect(await readAll(storage)).toEqual([]);
    });
  });
}

function expectOrdered(events: readonly StoredEvent[]): void {
  const times = events.map(({ header }) => header.at);
  for (const [index, at] of times.entries()) {
    const previous = times[index - 1];
    if (previous !== undefined) expect(isAfter(at, previous)).toBe(true);
  }
}

function isAfter(at: HybridTime, other: HybridTime): boolean {
  return at.wallMs > other.wallMs || (at.wallMs === other.wallMs && at.counter > other.counter);
}
