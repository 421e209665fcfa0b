/** Two processes append to one ledger at once, to entities of their own and to one that they share. */
import { describe, expect, it } from "vitest";
import { expectWhole, openPlain, readLedger, runAppender, temporaryFolder } from "./storage-aftermath.ts";

const APPENDS = 300;

describe("two processes that append at once", () => {
  it("share gapless positions and whole chains, and both get their turn", async () => {
    using folder = temporaryFolder();
    const run = (name: string) => runAppender({ folder: folder.path, name, appends: APPENDS, callers: 4 });
    const ends = await Promise.all([run("one"), run("two")]);
    for (const end of ends) {
      expect(end).toMatchObject({ code: 0, stderr: "" });
      expect(end.acknowledged).toHaveLength(APPENDS * 2);
    }
    const storage = await openPlain(folder.path);
    await expectWhole(
      storage,
      ends.flatMap(({ acknowledged }) => acknowledged),
    );
    expect(await readLedger(storage)).toHaveLength(APPENDS * 4);
    await storage.close();
  });

  it("goes on for one when the other is killed while it holds the write lock", async () => {
    using folder = temporaryFolder();
    const ends = await Promise.all([
      runAppender({ folder: folder.path, name: "one", appends: 100, callers: 4 }),
      runAppender({
        folder: folder.path,
        name: "two",
        appends: 100,
        callers: 4,
        fault: "storage.beforeCommit#10",
      }),
    ]);
    expect(ends.map(({ code, signal }) => [code, signal])).toEqual([
      [0, null],
      [null, "SIGKILL"],
    ]);
    const storage = await openPlain(folder.path);
    await expectWhole(
      storage,
      ends.flatMap(({ acknowledged }) => acknowledged),
    );
    await storage.close();
  });
});
