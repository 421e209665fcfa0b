/** The SQLite table sink: modes, idempotency, refused rows, targets that do not fit. */
import { existsSync, mkdirSync, writeFileSync, chmodSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqliteWriter } from "../../src/connectors/sqlite/sink/open-sqlite-writer.ts";
import { sinkFailure } from "../../src/connectors/sqlite/sink/sink-failure.ts";
import { runAsNobody } from "./sqlite-child.ts";
import { type Folder, makeDatabase, temporaryFolder } from "./sqlite-fixture.ts";
import {
  batchOf,
  checkAndPrepare,
  FIELDS,
  loadAll,
  loadChunk,
  PORTS,
  publish,
  type Row,
  sinkOf,
  withSink,
  PUBLISHED_BEFORE,
} from "./sqlite-sink-fixture.ts";

let folder: Folder;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

let made = 0;
function newPath(): string {
  made += 1;
  return folder.file(`sink-${made}.db`);
}

function query(path: string, sql: string): readonly unknown[][] {
  const database = new DatabaseSync(path, { readOnly: true });
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  const rows = statement.all() as unknown as unknown[][];
  database.close();
  return rows;
}

const content = (path: string): readonly unknown[][] => query(path, "SELECT * FROM target ORDER BY 1, 2");

const TWO: readonly Row[] = [
  [1n, "one"],
  [2n, null],
];

describe("append", () => {
  test("makes file, folder and table, and adds rows chunk by chunk", async () => {
    const path = folder.file("deep/er/new.db");
    const definition = sinkOf(path, { writeMode: "append" });
    await loadAll(definition, TWO);
    expect(content(path)).toEqual([
      [1, "one"],
      [2, null],
    ]);
    await loadAll(definition, [[3n, "three"]], "run-2");
    expect(content(path).length).toBe(3);
    expect(query(path, "PRAGMA journal_mode")).toEqual([["wal"]]);
    expect(query(path, "SELECT sql FROM sqlite_schema WHERE name = 'target'")).toEqual([
      ['CREATE TABLE "target" ("id" INTEGER NOT NULL, "name" TEXT)'],
    ]);
  });

  test("a chunk that was committed before is a duplicate with what was counted then", async () => {
    const definition = sinkOf(newPath(), { writeMode: "append" });
    await checkAndPrepare(definition);
    const first = await loadChunk(definition, { chunk: 0, rows: TWO });
    expect(first).toMatchObject({ rows: 2, duplicate: false });
    const again = await loadChunk(definition, { chunk: 0, rows: [[9n, "other"]], attempt: 2 });
    expect(again).toMatchObject({ rows: 2, duplicate: true, parts: first.parts, accounting: { read: 2 } });
    expect(content(definition.path).length).toBe(2);
  });

  test("an attempt that is aborted, or never finished, leaves nothing", async () => {
    const definition = sinkOf(newPath(), { writeMode: "append" });
    await checkAndPrepare(definition);
    const warm = openSqliteWriter(definition, PORTS);
    const key = {
      pipeline: "load",
      runId: "run-1",
      rootRunId: "run-1",
      chunk: 0,
      attempt: 1,
      idempotencyKey: "k",
    };
    const writer = warm.open({ key, fields: FIELDS });
    await writer.write(batchOf(TWO));
    await writer.abort();
    const second = warm.open({ key, fields: FIELDS });
    await second.write(batchOf(TWO));
    await warm.close();
    expect(content(definition.path)).toEqual([]);
  });

  test("generated keys count on from 1 in reading order", async () => {
    const definition = sinkOf(newPath(), { writeMode: "append", generatedKey: "n" });
    await loadAll(definition, [
      [30n, "a"],
      [10n, "b"],
    ]);
    await loadAll(definition, [[20n, "c"]], "run-2");
    expect(content(definition.path)).toEqual([
      [1, 30, "a"],
      [2, 10, "b"],
      [3, 20, "c"],
    ]);
  });
});

test("upsert overwrites rows of the same key and leaves the others", async () => {
  const definition = sinkOf(newPath(), { writeMode: "upsert", key: ["id"] });
  await loadAll(definition, TWO);
  await loadAll(
    definition,
    [
      [2n, "two"],
      [3n, "three"],
    ],
    "run-2",
  );
  expect(content(definition.path)).toEqual([
    [1, "one"],
    [2, "two"],
    [3, "three"],
  ]);
});

describe("replace", () => {
  test("refuses to drop rows that no run has put there", async () => {
    const path = makeDatabase(
      newPath(),
      "CREATE TABLE target (id INT, name TEXT); INSERT INTO target VALUES (1, 'theirs')",
    );
    await expect(loadAll(sinkOf(path), TWO)).rejects.toMatchObject({ code: "SINK_FOREIGN_ROWS" });
    expect(content(path)).toEqual([[1, "theirs"]]);
  });

  test("shows the old rows until it is published, then the new ones, with indexes, triggers and views", async () => {
    const path = makeDatabase(
      newPath(),
      `CREATE TABLE target (id INTEGER PRIMARY KEY, name TEXT DEFAULT 'x' CHECK (name <> 'bad'), "more" REAL DEFAULT 1.5); CREATE INDEX by_name ON target (name);
       CREATE UNIQUE INDEX "one ""name" ON "target" (name COLLATE NOCASE); CREATE TABLE log (id); CREATE VIEW v AS SELECT count(*) AS n FROM target;
       CREATE TRIGGER noted AFTER INSERT ON target BEGIN INSERT INTO log VALUES (new.id); END;
       CREATE TABLE child (id REFERENCES target (id) ON DELETE CASCADE); INSERT INTO target (id, name) VALUES (7, 'old'); INSERT INTO child VALUES (7)` +
        PUBLISHED_BEFORE,
    );
    const definition = sinkOf(path);
    await checkAndPrepare(definition);
    const { parts, failures } = await loadChunk(definition, {
      chunk: 0,
      rows: [
        [7n, "a"],
        [8n, "A"],
        [8n, "b"],
        [9n, "bad"],
        [7n, "z"],
      ],
    });
    expect(failures.map(({ row, rule }) => `${row} ${rule}`)).toEqual(["1 unique", "3 check", "4 unique"]);
    expect(query(path, "SELECT id, name FROM target")).toEqual([[7, "old"]]);
    await publish(definition, parts);
    await publish(definition, parts);
    expect(content(path)).toEqual([
      [7, "a", 1.5],
      [8, "b", 1.5],
    ]);
    expect(query(path, "SELECT n FROM v")).toEqual([[2]]);
    expect(query(path, "SELECT * FROM child")).toEqual([[7]]);
    expect(
      query(
        path,
        "SELECT name FROM sqlite_schema WHERE tbl_name = 'target' AND sql IS NOT NULL ORDER BY name",
      ),
    ).toEqual([["by_name"], ["noted"], ['one "name'], ["target"]]);
    expect(
      query(path, "SELECT count(*) FROM sqlite_schema WHERE name LIKE '\\_\\_tidemark%' ESCAPE '\\'"),
    ).toEqual([[0]]);
    expect(query(path, "PRAGMA integrity_check")).toEqual([["ok"]]);
  });

  test("a run that is given up leaves the old table and no staging", async () => {
    const path = makeDatabase(
      newPath(),
      "CREATE TABLE target (id INT, name TEXT); INSERT INTO target VALUES (1, 'old')" + PUBLISHED_BEFORE,
    );
    const definition = sinkOf(path);
    await checkAndPrepare(definition);
    await loadChunk(definition, { chunk: 0, rows: TWO });
    await withSink(definition, (sink) => sink.discard("run-1"));
    expect(content(path)).toEqual([[1, "old"]]);
    expect(query(path, "SELECT count(*) FROM sqlite_schema WHERE name LIKE '%run-1%'")).toEqual([[0]]);
  });

  test("publishing refuses a staging table that does not hold what was committed", async () => {
    const path = newPath();
    const definition = sinkOf(path);
    await checkAndPrepare(definition);
    const { parts } = await loadChunk(definition, { chunk: 0, rows: TWO });
    const stranger = new DatabaseSync(path);
    stranger.exec('DELETE FROM "__tidemark_run-1_target" WHERE id = 1');
    stranger.close();
    await expect(publish(definition, parts)).rejects.toMatchObject({ code: "VALIDATE_FAILED" });
  });

  test("an empty source empties the table, but only when it is published", async () => {
    const path = makeDatabase(
      newPath(),
      "CREATE TABLE target (id INT, name TEXT); INSERT INTO target VALUES (1, 'old')" + PUBLISHED_BEFORE,
    );
    await checkAndPrepare(sinkOf(path));
    expect(content(path).length).toBe(1);
    await publish(sinkOf(path), []);
    expect(content(path)).toEqual([]);
  });
});

describe("rows the table refuses", () => {
  test("are found among many, and only they are missing", async () => {
    const path = makeDatabase(
      newPath(),
      "CREATE TABLE target (id INTEGER PRIMARY KEY ON CONFLICT IGNORE, name TEXT)",
    );
    const rows = Array.from(
      { length: 1000 },
      (_, at): Row => [BigInt(at % 97 === 96 ? at - 1 : at), String(at)],
    );
    const failures = await loadAll(sinkOf(path, { writeMode: "append" }), rows);
    expect(failures.map(({ row }) => row)).toEqual([96, 193, 290, 387, 484, 581, 678, 775, 872, 969]);
    expect(content(path).length).toBe(990);
  });

  test("come back with the rule they broke; the others are written", async () => {
    const path = makeDatabase(
      newPath(),
      "CREATE TABLE target (id INTEGER PRIMARY KEY, name TEXT NOT NULL CHECK (length(name) < 5))",
    );
    const failures = await loadAll(sinkOf(path, { writeMode: "append" }), [
      [1n, "a"],
      [1n, "b"],
      [2n, null],
      [3n, "too long"],
      [4n, "d"],
    ]);
    expect(failures.map(({ row, rule, column }) => ({ row, rule, column }))).toEqual([
      { row: 1, rule: "unique", column: null },
      { row: 2, rule: "null", column: "name" },
      { row: 3, rule: "check", column: null },
    ]);
    expect(Buffer.from(failures[0]?.raw ?? []).toString()).toBe('{"id":1,"name":"b"}');
    expect(content(path).map(([id]) => id)).toEqual([1, 4]);
  });
});

describe("targets that do not fit", () => {
  const refusals: readonly (readonly [string, string, Partial<Parameters<typeof sinkOf>[1]>, string])[] = [
    ["a column that is missing", "CREATE TABLE target (id INT, nam TEXT)", {}, "did you mean 'nam'"],
    [
      "a NOT NULL column that nothing fills",
      "CREATE TABLE target (id INT, name TEXT, must INT NOT NULL)",
      {},
      "'must'",
    ],
    [
      "a column that would change text",
      "CREATE TABLE target (id INT, name INT)",
      {},
      "would change values of type text",
    ],
    ["a generated column", "CREATE TABLE target (id INT, name TEXT AS (id || 'x'))", {}, "is generated"],
    ["a view", "CREATE VIEW target AS SELECT 1 AS id, 'x' AS name", {}, "it is a view"],
    [
      "an upsert key without a unique index",
      "CREATE TABLE target (id INT, name TEXT)",
      { writeMode: "upsert", key: ["id"] },
      "no PRIMARY KEY or unique index",
    ],
    [
      "a generated key that is none",
      "CREATE TABLE target (id INT, name TEXT, n INT)",
      { generatedKey: "n" },
      "not its INTEGER PRIMARY KEY",
    ],
    ["a key that is no column", "CREATE TABLE other (a)", { key: ["idd"] }, "did you mean 'id'"],
  ];
  test.each(refusals)("%s is named", async (_, sql, settings, message) => {
    const definition = sinkOf(makeDatabase(newPath(), sql), settings);
    await expect(checkAndPrepare(definition)).rejects.toMatchObject({
      code: "SINK_SCHEMA",
      message: expect.stringContaining(message),
    });
  });

  test("columns with defaults, nullable ones and the rowid may be left out", async () => {
    const path = makeDatabase(
      newPath(),
      "CREATE TABLE target (pk INTEGER PRIMARY KEY, id INT, name TEXT, d INT NOT NULL DEFAULT 3, e TEXT)",
    );
    await loadAll(sinkOf(path, { writeMode: "append" }), [[5n, "x"]]);
    expect(content(path)).toEqual([[1, 5, "x", 3, null]]);
  });

  test("checking makes no file", async () => {
    const path = newPath();
    await withSink(sinkOf(path), (sink) =>
      sink.check({ fields: FIELDS, pipeline: "load", ownRunIds: new Set() }),
    );
    expect(existsSync(path)).toBe(false);
  });
});

describe("failures of storage", () => {
  test("a read-only folder or file is SINK_READ_ONLY", async () => {
    chmodSync(folder.path, 0o755);
    const closed = folder.file("closed");
    mkdirSync(closed);
    const path = makeDatabase(`${closed}/t.db`, "CREATE TABLE target (id INT, name TEXT)");
    chmodSync(closed, 0o555);
    expect((await runAsNobody("check", { path })).code).toBe("SINK_READ_ONLY");
    expect((await runAsNobody("check", { path: `${closed}/new.db` })).code).toBe("SINK_READ_ONLY");
    chmodSync(closed, 0o755);
  });

  test("a file that is no database is SINK_READ_ONLY, with the reason", async () => {
    const path = newPath();
    writeFileSync(path, "x".repeat(10_000));
    await expect(checkAndPrepare(sinkOf(path))).rejects.toMatchObject({
      code: "SINK_READ_ONLY",
      message: expect.stringContaining("not a SQLite database"),
    });
  });

  test("a full database is SINK_DISK_FULL and can be tried again", () => {
    const database = new DatabaseSync(newPath());
    database.exec("PRAGMA max_page_count = 4; CREATE TABLE t (a)");
    let thrown: unknown;
    try {
      database.exec("INSERT INTO t VALUES (zeroblob(100000))");
    } catch (error) {
      thrown = sinkFailure(error, { path: "t.db", pipeline: "load" });
    }
    database.close();
    expect(thrown).toMatchObject({ code: "SINK_DISK_FULL", retry: "later" });
  });

  test("another writer that does not let go is retried later", async () => {
    const definition = sinkOf(newPath(), { writeMode: "append" });
    await checkAndPrepare(definition);
    const other = new DatabaseSync(definition.path);
    other.exec("BEGIN IMMEDIATE");
    await expect(loadChunk(definition, { chunk: 0, rows: TWO })).rejects.toMatchObject({
      code: "SINK_WRITE_FAILED",
      retry: "later",
    });
    other.exec("ROLLBACK");
    other.close();
    expect((await loadChunk(definition, { chunk: 0, rows: TWO, attempt: 2 })).rows).toBe(2);
  });
});
