/** What the SQLite source says of tables, views, queries and files, and what it says when they are not there. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqliteSource } from "../../src/connectors/sqlite/source/open-sqlite-source.ts";
import { systemClock } from "../../src/core/clock.ts";
import {
  describeTypes,
  type Folder,
  makeDatabase,
  readWhole,
  sourceOf,
  temporaryFolder,
} from "./sqlite-fixture.ts";
import { runAsNobody } from "./sqlite-child.ts";

let folder: Folder;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

let made = 0;
function database(sql: string): string {
  made += 1;
  return makeDatabase(folder.file(`db-${made}.db`), sql);
}

describe("declared types", () => {
  test("become logical types by their names", async () => {
    const path = database(
      `CREATE TABLE t (a INTEGER, b INT, c BIGINT, d SMALLINT, e "UNSIGNED BIG INT", f REAL, g DOUBLE PRECISION, h FLOAT,
        i BOOLEAN, j DATE, k TIME, l DATETIME, m TIMESTAMP, n TIMESTAMPTZ, o DECIMAL(12,2), p NUMERIC(38, 10), q NUMERIC,
        r VARCHAR(20), s TEXT, u CLOB, v BLOB, w UUID, x JSON, y TIMESTAMP(3), z TIMESTAMPTZ(9), aa DECIMAL(50,2), ab INT_8,
        ac U64_TEXT, ad timestamp with time zone, ae DECIMAL(9))`,
    );
    expect(await describeTypes(sourceOf(path))).toEqual([
      "a int64?",
      "b int64?",
      "c int64?",
      "d int64?",
      "e int64?",
      "f float64?",
      "g float64?",
      "h float64?",
      "i bool?",
      "j date?",
      "k time?",
      "l timestamp?",
      "m timestamp?",
      "n timestamp(utc)?",
      "o decimal(12,2)?",
      "p decimal(38,10)?",
      "q float64?",
      "r text?",
      "s text?",
      "u text?",
      "v bytes?",
      "w uuid?",
      "x json?",
      "y timestamp(ms)?",
      "z timestamp(ns,utc)?",
      "aa text?",
      "ab int8?",
      "ac uint64?",
      "ad timestamp(utc)?",
      "ae decimal(9,0)?",
    ]);
  });

  test("say what is never NULL: NOT NULL, the INTEGER PRIMARY KEY, keys of WITHOUT ROWID tables", async () => {
    const alias = database("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b TEXT)");
    expect(await describeTypes(sourceOf(alias))).toEqual(["id int64", "a text", "b text?"]);
    const without = database("CREATE TABLE t (a TEXT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID");
    expect(await describeTypes(sourceOf(without))).toEqual(["a text", "b int64"]);
    const nullable = database("CREATE TABLE t (a TEXT PRIMARY KEY)");
    expect(await describeTypes(sourceOf(nullable))).toEqual(["a text?"]);
  });

  test("are overruled by the definition", async () => {
    const path = database("CREATE TABLE t (a TEXT, b)");
    expect(await describeTypes(sourceOf(path, { types: { a: "date", b: "int16" } }))).toEqual([
      "a date?",
      "b int16?",
    ]);
  });

  test("are read off the first rows where there are none", async () => {
    const path = database(
      "CREATE TABLE t (a, b, c, d, e); INSERT INTO t VALUES (1, 1, x'00', 'x', NULL), (2, 1.5, x'01', 1, NULL)",
    );
    expect(await describeTypes(sourceOf(path))).toEqual([
      "a int64?",
      "b float64?",
      "c bytes?",
      "d text?",
      "e text?",
    ]);
  });

  test("of views and queries are those of the columns they come from", async () => {
    const path = database(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, at DATE, price DECIMAL(10,2)); INSERT INTO t VALUES (1, '2020-01-01', 1.5);
       CREATE VIEW v AS SELECT at, price * 2 AS twice FROM t`,
    );
    expect(await describeTypes(sourceOf(path, { table: "v" }))).toEqual(["at date?", "twice float64?"]);
    const query = "SELECT price AS p, count(*) AS n, at || 'x' AS s FROM t; ";
    expect(await describeTypes(sourceOf(path, { query }))).toEqual([
      "p decimal(10,2)?",
      "n int64?",
      "s text?",
    ]);
  });

  test("of a table with quotes, spaces and emoji in its names", async () => {
    const path = database('CREATE TABLE "or""der 🧾" ("a ""b"" c" INT, "select" TEXT, "🙂" DATE)');
    const definition = sourceOf(path, { table: 'or"der 🧾' });
    expect(await describeTypes(definition)).toEqual(['a "b" c int64?', "select text?", "🙂 date?"]);
  });

  test("of generated columns are there, hidden columns are not", async () => {
    const path = database(
      "CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a + 1) VIRTUAL, c INT AS (a * 2) STORED)",
    );
    expect(await describeTypes(sourceOf(path))).toEqual(["a int64?", "b int64?", "c int64?"]);
  });
});

describe("what is not there", () => {
  test("a table is looked for by similar names", async () => {
    const path = database("CREATE TABLE orders (a INT); CREATE VIEW customers AS SELECT 1");
    await expect(readWhole(sourceOf(path, { table: "order" }))).rejects.toMatchObject({
      code: "SOURCE_NOT_FOUND",
      message: expect.stringContaining("did you mean 'orders'"),
    });
  });

  test("a column of the definition is looked for by similar names", async () => {
    const path = database("CREATE TABLE t (amount INT)");
    await expect(readWhole(sourceOf(path, { types: { amuont: "int64" } }))).rejects.toMatchObject({
      code: "SOURCE_NO_COLUMN",
      message: expect.stringContaining("did you mean 'amount'"),
    });
  });

  test("a missing database is not made", async () => {
    const path = folder.file("nowhere.db");
    await expect(readWhole(sourceOf(path))).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
    expect(() => new DatabaseSync(path, { readOnly: true })).toThrow();
  });

  test("a folder, a file that is no database, a damaged one: each is said", async () => {
    await expect(readWhole(sourceOf(folder.path))).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
    const junk = folder.file("junk.db");
    writeFileSync(junk, "id,name\n1,x\n".repeat(1000));
    await expect(readWhole(sourceOf(junk))).rejects.toMatchObject({
      code: "SOURCE_UNREADABLE",
      message: expect.stringContaining("not a SQLite database"),
    });
    const path = database("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)");
    const whole = new DatabaseSync(path);
    whole.exec("PRAGMA journal_mode = DELETE");
    whole.exec(
      "INSERT INTO t WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s LIMIT 2000) SELECT n, hex(randomblob(200)) FROM s",
    );
    whole.close();
    const damage = Buffer.alloc(4096 * 20, 0xab);
    writeFileSync(path, damage, { flag: "r+" });
    await expect(readWhole(sourceOf(path))).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
  });

  test("a query that is refused says what SQLite says", async () => {
    const path = database("CREATE TABLE t (a INT)");
    await expect(readWhole(sourceOf(path, { query: "SELECT nope FROM t" }))).rejects.toMatchObject({
      code: "SOURCE_UNREADABLE",
      message: expect.stringContaining("no such column: nope"),
    });
    await expect(readWhole(sourceOf(path, { query: "SELECT a, a FROM t" }))).rejects.toMatchObject({
      message: expect.stringContaining("two columns called 'a'"),
    });
    await expect(readWhole(sourceOf(path, { query: "SELECT 1; DELETE FROM t" }))).rejects.toMatchObject({
      code: "SOURCE_UNREADABLE",
    });
  });

  test("a WAL database in a folder where nothing can be written says why it cannot be read", async () => {
    const closed = folder.file("closed");
    mkdirSync(closed);
    const path = makeDatabase(`${closed}/w.db`, "CREATE TABLE t (a INT)");
    chmodSync(closed, 0o555);
    chmodSync(folder.path, 0o755);
    const { code, message } = await runAsNobody("describe", { path });
    chmodSync(closed, 0o755);
    expect(code).toBe("SOURCE_UNREADABLE");
    expect(message).toContain("WAL mode needs a -shm file");
  });
});

test("describe names the key of a table, and none where rows are only told apart by rowid", async () => {
  const path = database(
    "CREATE TABLE a (x INT NOT NULL, y TEXT NOT NULL, UNIQUE (y, x)); CREATE TABLE b (x TEXT PRIMARY KEY)",
  );
  const keyOf = async (table: string): Promise<readonly string[]> => {
    const source = openSqliteSource(sourceOf(path, { table }), { clock: systemClock });
    const { key } = await source.describe();
    await source.close();
    return key;
  };
  expect(await keyOf("a")).toEqual(["y", "x"]);
  expect(await keyOf("b")).toEqual([]);
});
