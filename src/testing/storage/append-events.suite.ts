/** Contract of `appendEvents`: all or nothing, expectations, idempotency keys, receipts. */
import { describe, expect, it } from "vitest";
import type { AppendRequest } from "../../ledger/event.ts";
import { verifyChain } from "../../ledger/verify-chain.ts";
import { readAll, receiptOf, sampleEvent, TENANT } from "./sample-requests.ts";
import { createOpener, type StorageAdapter } from "./storage-place.ts";

const DAY_MS = 86_400_000;

export function describeAppendEvents(adapter: StorageAdapter): void {
  describe(`${adapter.name}: appendEvents`, () => {
    const open = createOpener(adapter);
    const keyed: AppendRequest = {
      tenant: TENANT,
      events: [sampleEvent("order/1", { a: 1 }), sampleEvent("order/2")],
      expect: { "order/1": "noStream" },
      idempotencyKey: "key-1",
    };

    it("gives versions per entity and gapless positions", async () => {
      const { storage } = await open();
      const first = receiptOf(
        await storage.appendEvents({
          tenant: TENANT,
          events: [sampleEvent("order/1"), sampleEvent("order/2")],
        }),
      );
      const second = receiptOf(
        await storage.appendEvents({ tenant: TENANT, events: [sampleEvent("order/1")] }),
      );
      expect(first.events.map(({ entity, version, position }) => [entity, version, position])).toEqual([
        ["order/1", 1, 1],
        ["order/2", 1, 2],
      ]);
      expect(second.events.map(({ version, position }) => [version, position])).toEqual([[2, 3]]);
      expect(second).toMatchObject({ durablePosition: 3, duplicate: false, keptUntilMs: null });
    });

    it("keeps entities of different tenants apart", async () => {
      const { storage } = await open();
      await storage.appendEvents({ tenant: "a", events: [sampleEvent("order/1")] });
      const other = receiptOf(await storage.appendEvents({ tenant: "b", events: [sampleEvent("order/1")] }));
      expect(other.events[0]).toMatchObject({ version: 1, position: 2 });
    });

    it("checks every kind of expectation and writes nothing on a conflict", async () => {
      const { storage } = await open();
      const append = (expected: "noStream" | "streamExists" | "any" | number) =>
        storage.appendEvents({
          tenant: TENANT,
          events: [sampleEvent("order/9"), sampleEvent("order/1")],
          expect: { "order/1": expected },
        });
      expect(await append("streamExists")).toEqual({
        kind: "conflict",
        entity: "order/1",
        expected: "streamExists",
        actual: 0,
      });
      expect(await append(1)).toMatchObject({ kind: "conflict", actual: 0 });
      expect(await storage.durablePosition()).toBe(0);
      receiptOf(await append("noStream"));
      expect(await append("noStream")).toMatchObject({ kind: "conflict", actual: 1 });
      receiptOf(await append(1));
      receiptOf(await append("streamExists"));
      receiptOf(await append("any"));
      expect(await append(3)).toMatchObject({ kind: "conflict", expected: 3, actual: 4 });
      expect(await storage.durablePosition()).toBe(8);
    });

    it("lets exactly one of many writers that expect no stream win", async () => {
      const { storage, openAgain } = await open();
      const other = await openAgain();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? storage : other).appendEvents({
            tenant: TENANT,
            events: [sampleEvent("order/1", { writer: index })],
            expect: { "order/1": "noStream" },
          }),
        ),
      );
      expect(outcomes.filter(({ kind }) => kind === "appended")).toHaveLength(1);
      expect(await readAll(storage)).toHaveLength(1);
    });

    it("answers a repeat with the original receipt, although its expectation no longer holds", async () => {
      const { storage, openAgain } = await open();
      const original = receiptOf(await storage.appendEvents(keyed));
      await storage.appendEvents({ tenant: TENANT, events: [sampleEvent("order/1")] });
      expect(receiptOf(await storage.appendEvents(keyed))).toEqual({ ...original, duplicate: true });
      expect(receiptOf(await (await openAgain()).appendEvents(keyed))).toEqual({
        ...original,
        duplicate: true,
      });
      expect(await storage.durablePosition()).toBe(3);
    });

    it("answers repeats that wait together with one receipt", async () => {
      const { storage } = await open();
      const receipts = (await Promise.all([1, 2, 3].map(() => storage.appendEvents(keyed)))).map(receiptOf);
      expect(receipts.map(({ duplicate }) => duplicate)).toEqual([false, true, true]);
      const again = receiptOf(await storage.appendEvents(keyed));
      for (const receipt of receipts) expect({ ...receipt, duplicate: true }).toEqual(again);
    });

    it("knows equal events by their canonical text, and refuses others under a used key", async () => {
      const { storage } = await open();
      const one = { ...keyed, events: [sampleEvent("order/1", { a: 1, b: [2] })] };
      receiptOf(await storage.appendEvents(one));
      const reordered = { ...keyed, events: [sampleEvent("order/1", { b: [2], a: 1 })] };
      expect(receiptOf(await storage.appendEvents(reordered)).duplicate).toBe(true);
      for (const changed of [
        { ...one, events: [sampleEvent("order/1", { a: 2, b: [2] })] },
        { ...one, expect: { "order/1": "any" as const } },
        { ...one, events: [{ ...sampleEvent("order/1", { a: 1, b: [2] }), schemaVersion: 2 }] },
      ])
        await expect(storage.appendEvents(changed)).rejects.toMatchObject({
          code: "LEDGER_IDEMPOTENCY_MISMATCH",
          details: { key: "key-1", position: 1 },
        });
      expect(receiptOf(await storage.appendEvents({ ...one, tenant: "other" })).duplicate).toBe(false);
    });

    it("remembers a key for 400 days", async () => {
      const { storage, clock } = await open();
      const original = receiptOf(await storage.appendEvents({ ...keyed, expect: {} }));
      expect(original.keptUntilMs).toBe(clock.nowMs() + 400 * DAY_MS);
      await clock.advance(400 * DAY_MS - 1);
      expect(receiptOf(await storage.appendEvents({ ...keyed, expect: {} })).duplicate).toBe(true);
      await clock.advance(1);
      expect(receiptOf(await storage.appendEvents({ ...keyed, expect: {} }))).toMatchObject({
        duplicate: false,
      });
    });

    it("takes neighbours along when one of them is refused", async () => {
      const { storage } = await open();
      const outcomes = await Promise.allSettled([
        storage.appendEvents(keyed),
        storage.appendEvents({ ...keyed, events: [sampleEvent("order/1", { other: true })] }),
        storage.appendEvents({ tenant: TENANT, events: [sampleEvent("order/3")], expect: { "order/3": 7 } }),
        storage.appendEvents({ tenant: TENANT, events: [{ ...sampleEvent("order/4"), kind: "Bad" }] }),
        storage.appendEvents({ tenant: TENANT, events: [sampleEvent("order/1")] }),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual([
        "fulfilled",
        "rejected",
        "fulfilled",
        "rejected",
        "fulfilled",
      ]);
      expect((await readAll(storage)).map(({ header }) => `${header.entity}@${header.version}`)).toEqual([
        "order/1@1",
        "order/2@1",
        "order/1@2",
      ]);
    });

    it("appends 10,000 events at once, as one whole chain", async () => {
      const { storage } = await open();
      const events = Array.from({ length: 10_000 }, (_, index) => sampleEvent("order/1", { index }));
      expect(receiptOf(await storage.appendEvents({ tenant: TENANT, events })).durablePosition).toBe(10_000);
      expect(verifyChain(await readAll(storage))).toMatchObject({ ok: true, head: { version: 10_000 } });
    });

    it("keeps a payload of a mebibyte and names of any script as they are", async () => {
      const { storage } = await open();
      const payload = { text: "x".repeat(1_048_576 - 11) };
      await storage.appendEvents({ tenant: TENANT, events: [sampleEvent("größe/日本語/🌊", payload)] });
      const [event] = await readAll(storage);
      expect(event?.header.entity).toBe("größe/日本語/🌊");
      expect(event?.payload).toEqual(payload);
    });
  });
}
