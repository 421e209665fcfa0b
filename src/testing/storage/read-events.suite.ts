/** Contract of `readEntity`, `readPositions` and `durablePosition`, and of what an event looks like when read back. */
import { describe, expect, it } from "vitest";
import { CHAIN_START, verifyChain } from "../../ledger/verify-chain.ts";
import { readAll, receiptOf, sampleEvent, TENANT } from "./sample-requests.ts";
import { createOpener, type StorageAdapter } from "./storage-place.ts";

export function describeReadEvents(adapter: StorageAdapter): void {
  describe(`${adapter.name}: reading events`, () => {
    const open = createOpener(adapter);

    it("finds nothing in an empty ledger", async () => {
      const { storage } = await open();
      expect(await storage.durablePosition()).toBe(0);
      expect(await readAll(storage)).toEqual([]);
      expect(await storage.readEntity({ tenant: TENANT, entity: "a", fromVersion: 1, limit: 10 })).toEqual(
        [],
      );
    });

    it("gives back every member of header and payload, and leaves absent ones out", async () => {
      const { storage, clock } = await open();
      const full = {
        entity: "order/1",
        kind: "order.placed",
        schemaVersion: 3,
        payload: { b: [1, null, "ü"], a: { nested: true } },
        actor: "ada",
        correlationId: "c-1",
        causationId: "e-0",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      };
      const receipt = receiptOf(
        await storage.appendEvents({ tenant: TENANT, events: [full, sampleEvent("order/1")] }),
      );
      const [first, second] = await readAll(storage);
      const { payload, ...members } = full;
      expect(first).toMatchObject({ position: 1, payload, hash: receipt.events[0]?.hash });
      expect(first?.payloadText).toBe('{"a":{"nested":true},"b":[1,null,"ü"]}');
      expect(first?.header).toEqual({
        ...members,
        eventId: receipt.events[0]?.eventId,
        tenant: TENANT,
        version: 1,
        at: { wallMs: clock.nowMs(), counter: 0 },
        clockMs: clock.nowMs(),
        payloadHash: first?.header.payloadHash,
      });
      expect(Object.keys(second?.header ?? {})).not.toContain("actor");
      expect(second?.header).toMatchObject({ schemaVersion: 1, at: { counter: 1 } });
    });

    it("reads an entity in pages, in order of versions, and its chain is whole", async () => {
      const { storage } = await open();
      for (let index = 0; index < 7; index += 1)
        await storage.appendEvents({
          tenant: TENANT,
          events: [sampleEvent("a", { index }), sampleEvent("b")],
        });
      let head = CHAIN_START;
      for (const fromVersion of [1, 4, 7]) {
        const page = await storage.readEntity({ tenant: TENANT, entity: "a", fromVersion, limit: 3 });
        const verdict = verifyChain(page, head);
        expect(verdict.ok).toBe(true);
        if (verdict.ok) head = verdict.head;
      }
      expect(head.version).toBe(7);
      expect(await storage.readEntity({ tenant: TENANT, entity: "a", fromVersion: 8, limit: 3 })).toEqual([]);
    });

    it("reads by position in pages", async () => {
      const { storage } = await open();
      await storage.appendEvents({
        tenant: TENANT,
        events: Array.from({ length: 5 }, () => sampleEvent("a")),
      });
      const page = await storage.readPositions({ fromPosition: 2, limit: 3 });
      expect(page.map(({ position }) => position)).toEqual([2, 3, 4]);
      expect(await storage.readPositions({ fromPosition: 6, limit: 3 })).toEqual([]);
    });

    it("sees everything acknowledged, also what another opening wrote", async () => {
      const { storage, openAgain } = await open();
      const other = await openAgain();
      for (let index = 1; index <= 10; index += 1) {
        const [writer, reader] = index % 2 === 0 ? [storage, other] : [other, storage];
        const receipt = receiptOf(await writer.appendEvents({ tenant: TENANT, events: [sampleEvent("a")] }));
        expect(receipt.events[0]).toMatchObject({ version: index, position: index });
        expect(await reader.durablePosition()).toBe(index);
      }
      expect(verifyChain(await readAll(storage)).ok).toBe(true);
    });

    it("keeps its id, its salt and every event over closing and opening", async () => {
      const { storage, openAgain } = await open();
      await storage.appendEvents({ tenant: TENANT, events: [sampleEvent("a")] });
      const before = await readAll(storage);
      const { ledgerId, salt } = storage;
      await storage.close();
      const again = await openAgain();
      expect(await readAll(again)).toEqual(before);
      expect(again.ledgerId).toBe(ledgerId);
      expect(again.salt).toEqual(salt);
      expect(salt).toHaveLength(32);
    });
  });
}
