/** Contract of `close`. */
import { describe, expect, it } from "vitest";
import { readAll, sampleEvent, TENANT } from "./sample-requests.ts";
import { createOpener, type StorageAdapter } from "./storage-place.ts";

export function describeClose(adapter: StorageAdapter): void {
  describe(`${adapter.name}: close`, () => {
    const open = createOpener(adapter);

    it("finishes what was asked for, then refuses", async () => {
      const { storage, openAgain } = await open();
      const appends = Array.from({ length: 50 }, () =>
        storage.appendEvents({ tenant: TENANT, events: [sampleEvent("a")] }),
      );
      const closed = storage.close();
      await expect(storage.durablePosition()).rejects.toMatchObject({ code: "STORAGE_CLOSED" });
      await expect(
        storage.appendEvents({ tenant: TENANT, events: [sampleEvent("a")] }),
      ).rejects.toMatchObject({ code: "STORAGE_CLOSED" });
      await Promise.all(appends);
      await closed;
      expect(await readAll(await openAgain())).toHaveLength(50);
    });

    it("can be done twice", async () => {
      const { storage } = await open();
      await Promise.all([storage.close(), storage.close()]);
      await expect(storage.close()).resolves.toBeUndefined();
    });
  });
}
