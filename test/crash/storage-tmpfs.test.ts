/** State on a small file system that really fills up: appends fail with STORAGE_FULL, and work again once there is space. */
import { spawnSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { skipLoudly } from "../support/skip-loudly.ts";
import { appendOne, expectWhole, openPlain, temporaryFolder } from "./storage-aftermath.ts";

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
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder.path]);
    if (mounted.status !== 0) skipLoudly(test, `no tmpfs can be mounted: ${String(mounted.stderr).trim()}`);
    try {
      for (const spareBytes of [0, 40_000, 200_000]) await fillAndFree(folder.path, spareBytes);
    } finally {
      spawnSync("umount", [folder.path]);
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
