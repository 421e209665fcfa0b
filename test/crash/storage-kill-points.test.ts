/** SIGKILL at every named point of the storage: after opening again everything acknowledged is there, and it goes on. */
import { describe, expect, it } from "vitest";
import { appendOne, expectWhole, openPlain, runAppender, temporaryFolder } from "./storage-aftermath.ts";

const POINTS = [
  "storage.operation#1",
  "storage.operation#40",
  "storage.beforeCommit#1",
  "storage.beforeCommit#7",
  "storage.afterCommit#1",
  "storage.afterCommit#7",
  "storage.beforeCheckpoint",
  "storage.afterCheckpoint",
];

describe("a storage killed", () => {
  it.each(POINTS)("at %s has lost nothing it acknowledged", async (fault) => {
    using folder = temporaryFolder();
    const first = await runAppender({ folder: folder.path, name: "first", appends: 30, callers: 3 });
    expect(first).toMatchObject({ code: 0, stderr: "" });
    const killed = await runAppender({ folder: folder.path, name: "killed", appends: 60, callers: 8, fault });
    expect(killed).toMatchObject({ signal: "SIGKILL" });
    const storage = await openPlain(folder.path);
    await expectWhole(storage, [...first.acknowledged, ...killed.acknowledged]);
    await appendOne(storage, "shared");
    await expectWhole(storage, []);
    await storage.close();
  });
});
