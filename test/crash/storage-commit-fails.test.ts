/**
 * A COMMIT that fails: whether it happened is looked up before anybody is answered. The fault before COMMIT stands for one
 * that did not happen, the one after it for one that did although it failed.
 */
import { afterEach, describe, expect, it } from "vitest";
import type { Holder, Storage } from "../../src/storage/port.ts";
import { appendOne, expectWhole, openPlain, readLedger, temporaryFolder } from "./storage-aftermath.ts";

const HOLDER: Holder = { pid: 1, host: "a", command: "c", incarnation: "i" };

/** The storage thread takes the fault from the environment it is started in. */
async function openWithFault(folder: string, fault: string): Promise<Storage> {
  process.env["TIDEMARK_FAULT"] = fault;
  const storage = await openPlain(folder);
  delete process.env["TIDEMARK_FAULT"];
  return storage;
}

describe("a COMMIT that fails", () => {
  afterEach(() => {
    delete process.env["TIDEMARK_FAULT"];
  });

  it("is answered as failed when it did not happen, and the next append works", async () => {
    using folder = temporaryFolder();
    const storage = await openWithFault(folder.path, "storage.beforeCommit=error:EIO");
    await expect(appendOne(storage, "a")).rejects.toMatchObject({ code: "STORAGE_IO", retry: "later" });
    expect(await readLedger(storage)).toEqual([]);
    const line = await appendOne(storage, "a");
    await expectWhole(storage, [line]);
    await storage.close();
  });

  it("says that the disk is full when that is why", async () => {
    using folder = temporaryFolder();
    const storage = await openWithFault(folder.path, "storage.beforeCommit=error:ENOSPC");
    await expect(appendOne(storage, "a")).rejects.toMatchObject({ code: "STORAGE_FULL" });
    await storage.close();
  });

  it.each(["storage.beforeCommit", "storage.afterCommit"])(
    "is looked up for a whole group: %s",
    async (point) => {
      using folder = temporaryFolder();
      const storage = await openWithFault(folder.path, `${point}#2=error:EIO`);
      const lines = await Promise.all(
        Array.from({ length: 100 }, (_, index) => appendOne(storage, `order/${index % 5}`)),
      );
      expect(new Set(lines).size).toBe(100);
      await expectWhole(storage, lines);
      expect(await readLedger(storage)).toHaveLength(100);
      await storage.close();
    },
  );

  it("is answered as done when it happened after all", async () => {
    using folder = temporaryFolder();
    const storage = await openWithFault(folder.path, "storage.afterCommit=error:EIO");
    const line = await appendOne(storage, "a");
    await storage.close();
    const again = await openPlain(folder.path);
    await expectWhole(again, [line]);
    expect(await readLedger(again)).toHaveLength(1);
    await again.close();
  });

  it("is looked up by its mark when the group wrote no event", async () => {
    for (const [point, kind] of [
      ["storage.afterCommit", "acquired"],
      ["storage.beforeCommit", undefined],
    ] as const) {
      using folder = temporaryFolder();
      const storage = await openWithFault(folder.path, `${point}=error:EIO`);
      const acquiring = storage.acquireLease({ name: "l", holder: HOLDER, ttlMs: 60_000 });
      if (kind === undefined) await expect(acquiring).rejects.toMatchObject({ code: "STORAGE_IO" });
      else expect(await acquiring).toMatchObject({ kind, lease: { token: 1 } });
      expect(await storage.findLease("l")).toEqual(
        kind === undefined ? undefined : expect.objectContaining({ token: 1 }),
      );
      await storage.close();
    }
  });

  it("replays a group one by one after a failure in an operation", async () => {
    using folder = temporaryFolder();
    const storage = await openWithFault(folder.path, "storage.operation#30=error:EIO");
    const lines = await Promise.all(
      Array.from({ length: 100 }, (_, index) => appendOne(storage, `order/${index % 5}`)),
    );
    await expectWhole(storage, lines);
    expect(await readLedger(storage)).toHaveLength(100);
    await storage.close();
  });
});
