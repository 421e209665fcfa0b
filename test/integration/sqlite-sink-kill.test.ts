/** The SQLite sink killed at its named points, and gone on with: every row once, readers see the old table or the new. */
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runWithFault } from "./sqlite-child.ts";
import { type Folder, makeDatabase, temporaryFolder } from "./sqlite-fixture.ts";
import { CHILD_CHUNKS, PUBLISHED_BEFORE, publishChunks } from "./sqlite-sink-fixture.ts";

let folder: Folder;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

const NEW = CHILD_CHUNKS.flat().map(([id, name]) => `${id} ${name}`);
const OLD = ["7 old"];

function content(path: string): readonly string[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare("SELECT id || ' ' || name AS row FROM target ORDER BY id").all();
  database.close();
  return rows.map((row) => String(row["row"]));
}

const points: readonly (readonly [string, "old" | "new"])[] = [
  ["sqliteSink.beforeCommit", "old"],
  ["sqliteSink.beforeCommit#2", "old"],
  ["sqliteSink.afterCommit", "old"],
  ["sqliteSink.afterCommit#2", "old"],
  ["sqliteSink.beforeSwap", "old"],
  ["sqliteSink.afterSwap", "new"],
];

test.each(points)(
  "replace, killed at %s, shows the %s table; resumed it shows the new one",
  async (point, shown) => {
    const path = makeDatabase(
      folder.file(`${point}.db`),
      "CREATE TABLE target (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO target VALUES (7, 'old')" +
        PUBLISHED_BEFORE,
    );
    expect(await runWithFault("publish", { path }, point)).toMatchObject({ signal: "SIGKILL" });
    expect(content(path)).toEqual(shown === "old" ? OLD : NEW);
    await publishChunks({ path, writeMode: "replace", rootRunId: "run-1" });
    expect(content(path)).toEqual(NEW);
  },
);

test.each(["sqliteSink.beforeCommit", "sqliteSink.afterCommit", "sqliteSink.afterCommit#2"])(
  "append, killed at %s and loaded again, holds every row once",
  async (point) => {
    const path = folder.file(`append-${point}.db`);
    expect(await runWithFault("load", { path, writeMode: "append" }, point)).toMatchObject({
      signal: "SIGKILL",
    });
    await publishChunks({ path, writeMode: "append", rootRunId: "run-1" });
    expect(content(path)).toEqual(NEW);
  },
);
