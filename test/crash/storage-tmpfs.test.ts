/**
 * State on file systems that will not have it: a small one that really fills up, where appends fail with STORAGE_FULL and
 * work again once there is space; and one that is read-only.
 */
import { spawnSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { skipLoudly } from "../support/skip-loudly.ts";
import { appendOne, expectWhole, openPlain, temporaryFolder } from "./storage-aftermath.ts";

/** As root, or as somebody who may become root without being asked. */
function asRoot(
  command: string,
  ...values: readonly string[]
): { readonly ok: boolean; readonly stderr: string } {
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const [program = command, ...rest] = [...sudo, command, ...values];
  const { status, stderr } = spawnSync(program, rest, { encoding: "utf8" });
  return { ok: status === 0, stderr: stderr?.trim() ?? `there is no ${program}` };
}

/** A file system of 4 MiB in memory, of our own. */
function mountSmall(folder: string, test: TestContext): void {
  const options = `size=4m,uid=${process.getuid?.() ?? 0}`;
  const mounted = asRoot("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder);
  if (!mounted.ok) skipLoudly(test, `no tmpfs can be mounted: ${mounted.stderr}`);
}

/** Fills all but `spareBytes` of the file system. */
function ballast(folder: string, spareBytes: number): string {
  const { bavail, bsize } = statfsSync(folder);
  const path = join(folder, "ballast");
  writeFileSync(path, Buffer.alloc(Math.max(0, bavail * bsize - spareBytes)));
  return path;
}

describe("state on a full file system", () => {
  it("loses nothing acknowledged, says STORAGE_FULL, and goes on once there is space", async (test) => {
    using folder = temporaryFolder();
    mountSmall(folder.path, test);
    try {
      for (const spareBytes of [0, 40_000, 200_000]) await fillAndFree(folder.path, spareBytes);
    } finally {
      asRoot("umount", folder.path);
    }
  });
});

describe("state on a read-only file system", () => {
  it("is refused with STORAGE_UNAVAILABLE, also where there is a ledger already", async (test) => {
    using folder = temporaryFolder();
    mountSmall(folder.path, test);
    try {
      const storage = await openPlain(folder.path);
      await appendOne(storage, "a");
      await storage.close();
      expect(asRoot("mount", "-o", "remount,ro", folder.path).ok).toBe(true);
      await expect(openPlain(folder.path)).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
      const missing = join(folder.path, "new");
      await expect(openPlain(missing)).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
    } finally {
      asRoot("umount", folder.path);
    }
  });
});

async function fillAndFree(mount: string, spareBytes: number): Promise<void> {
  const folder = join(mount, `state-${spareBytes}`);
  const storage = await openPlain(folder);
  const acknowledged = [await appendOne(storage, "before")];
  const path = ballast(mount, spareBytes);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 256 }, (_, index) => appendOne(storage, `order/${index % 9}`, "x".repeat(2_000))),
  );
  const failures = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(failures.length).toBeGreaterThan(0);
  for (const { reason } of failures) expect(reason).toMatchObject({ code: "STORAGE_FULL", retry: "later" });
  for (const outcome of outcomes) if (outcome.status === "fulfilled") acknowledged.push(outcome.value);
  await expectWhole(storage, acknowledged);

  rmSync(path);
  acknowledged.push(await appendOne(storage, "order/1", "x".repeat(2_000)));
  await expectWhole(storage, acknowledged);
  await storage.close();
  const again = await openPlain(folder);
  await expectWhole(again, acknowledged);
  await again.close();
  rmSync(folder, { recursive: true });
}
