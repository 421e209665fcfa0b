/** Contract of `acquireLease`, `extendLease`, `releaseLease` and `findLease`. */
import { describe, expect, it } from "vitest";
import { acquire, HOLDER, LEASE_MS, LEASE_NAME, OTHER_HOLDER } from "./sample-requests.ts";
import { createOpener, type StorageAdapter } from "./storage-place.ts";

export function describeLeases(adapter: StorageAdapter): void {
  describe(`${adapter.name}: leases`, () => {
    const open = createOpener(adapter);
    const other = { name: LEASE_NAME, holder: OTHER_HOLDER, ttlMs: LEASE_MS };

    it("gives a free lease and shows its holder to whoever comes next", async () => {
      const { storage, clock, openAgain } = await open();
      expect(await storage.findLease(LEASE_NAME)).toBeUndefined();
      const proof = await acquire(storage);
      const lease = {
        name: LEASE_NAME,
        token: proof.token,
        holder: HOLDER,
        sinceMs: clock.nowMs(),
        expiresAtMs: clock.nowMs() + LEASE_MS,
      };
      const second = await openAgain();
      expect(await second.acquireLease(other)).toEqual({ kind: "held", lease });
      expect(await second.findLease(LEASE_NAME)).toEqual(lease);
    });

    it("lets one of many win", async () => {
      const { storage, openAgain } = await open();
      const second = await openAgain();
      const outcomes = await Promise.all(
        [1, 2, 3, 4].map((n) => (n % 2 ? storage : second).acquireLease(other)),
      );
      expect(outcomes.filter(({ kind }) => kind === "acquired")).toHaveLength(1);
    });

    it("gives a lease away when it ran out, with a greater token", async () => {
      const { storage, clock } = await open();
      const first = await acquire(storage);
      await clock.advance(LEASE_MS - 1);
      expect(await storage.acquireLease(other)).toMatchObject({ kind: "held" });
      await clock.advance(1);
      expect(await storage.acquireLease(other)).toMatchObject({
        kind: "acquired",
        lease: { token: first.token + 1 },
      });
      expect(await storage.extendLease({ proof: first, ttlMs: LEASE_MS })).toMatchObject({
        kind: "lostLease",
        lease: { holder: OTHER_HOLDER },
      });
    });

    it("keeps a lease that is extended", async () => {
      const { storage, clock } = await open();
      const proof = await acquire(storage);
      await clock.advance(LEASE_MS - 1);
      expect(await storage.extendLease({ proof, ttlMs: LEASE_MS })).toEqual({ kind: "done" });
      await clock.advance(LEASE_MS - 1);
      expect(await storage.acquireLease(other)).toMatchObject({ kind: "held" });
    });

    it("lets a lease that ran out be extended while nobody took it", async () => {
      const { storage, clock } = await open();
      const proof = await acquire(storage);
      await clock.advance(LEASE_MS * 2);
      expect(await storage.extendLease({ proof, ttlMs: LEASE_MS })).toEqual({ kind: "done" });
      expect(await storage.acquireLease(other)).toMatchObject({ kind: "held" });
    });

    it("is taken over by whoever names its token, and by nobody who names an older one", async () => {
      const { storage } = await open();
      const first = await acquire(storage);
      const second = await storage.acquireLease({ ...other, takeOverToken: first.token });
      expect(second).toMatchObject({
        kind: "acquired",
        lease: { token: first.token + 1, holder: OTHER_HOLDER },
      });
      expect(await storage.acquireLease({ ...other, takeOverToken: first.token })).toMatchObject({
        kind: "held",
      });
    });

    it("is free once released, and its tokens still grow", async () => {
      const { storage, openAgain } = await open();
      const first = await acquire(storage);
      await storage.releaseLease(first);
      expect(await storage.findLease(LEASE_NAME)).toBeUndefined();
      expect(await storage.extendLease({ proof: first, ttlMs: 1 })).toEqual({
        kind: "lostLease",
        lease: null,
      });
      await storage.close();
      const again = await acquire(await openAgain());
      expect(again.token).toBe(first.token + 1);
    });

    it("is not released by somebody who lost it", async () => {
      const { storage, clock } = await open();
      const first = await acquire(storage);
      await clock.advance(LEASE_MS);
      await acquire(storage, OTHER_HOLDER);
      await storage.releaseLease(first);
      expect(await storage.findLease(LEASE_NAME)).toMatchObject({ holder: OTHER_HOLDER });
    });
  });
}
