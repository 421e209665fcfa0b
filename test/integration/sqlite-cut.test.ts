/** How the SQLite source cuts: every row in exactly one chunk, whatever its key, its order and its gaps. */
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqliteReader } from "../../src/connectors/sqlite/source/open-sqlite-reader.ts";
import {
  type Folder,
  fieldsOf,
  makeDatabase,
  readChunk,
  readWhole,
  sourceOf,
  temporaryFolder,
} from "./sqlite-fixture.ts";

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

/** `count` rows: `n` counts from 0. */
function series(count: number, select: string): string {
  return `WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s LIMIT ${count}) ${select}`;
}

/** Rows as the database itself orders them by `order`. */
function stored(path: string, sql: string): readonly (string | null)[] {
  const source = new DatabaseSync(path, { readOnly: true });
  const rows = source.prepare(sql).all();
  source.close();
  return rows.map((row) => (row["v"] === null ? null : String(row["v"])));
}

const firsts = (rows: readonly (readonly (string | null)[])[]): readonly (string | null)[] =>
  rows.map(([first]) => first ?? null);

describe("keyset", () => {
  test.each([
    ["an INTEGER PRIMARY KEY", "id INTEGER PRIMARY KEY", "", "n", "id"],
    [
      "a sparse one",
      "id INTEGER PRIMARY KEY",
      "",
      "CASE WHEN n < 500 THEN n ELSE 1000000000000 + n * 7 END",
      "id",
    ],
    [
      "one of negative and extreme integers",
      "id INTEGER PRIMARY KEY",
      "",
      "CASE n WHEN 0 THEN -9223372036854775807 - 1 WHEN 1 THEN 9223372036854775807 ELSE n * 9007199254740993 - 4503599627370496 * 1000 END",
      "id",
    ],
    ["a text key", "id TEXT NOT NULL PRIMARY KEY", "", "hex(n * 7919 % 1000) || 'é🙂' || n", "id"],
    [
      "a text key of another collation",
      "id TEXT NOT NULL COLLATE NOCASE PRIMARY KEY",
      "",
      "CASE n % 2 WHEN 0 THEN 'A' ELSE 'a' END || n",
      "id",
    ],
    [
      "a blob key",
      "id BLOB NOT NULL PRIMARY KEY",
      "",
      "unhex(printf('%08x', n * 2654435761 & 4294967295))",
      "id",
    ],
    ["a REAL key", "id REAL NOT NULL UNIQUE", "", "n * 0.1", "id"],
    [
      "a key of every storage class",
      "id NOT NULL UNIQUE",
      "",
      "CASE n % 4 WHEN 0 THEN n WHEN 1 THEN n + 0.5 WHEN 2 THEN 't' || n ELSE CAST('b' || n AS BLOB) END",
      "id",
    ],
    ["an integer key WITHOUT ROWID", "id INTEGER PRIMARY KEY", "WITHOUT ROWID", "n * 3", "id"],
    [
      "a text key WITHOUT ROWID",
      "id TEXT PRIMARY KEY",
      "WITHOUT ROWID",
      "printf('%05d', n * 7919 % 5000) || n",
      "id",
    ],
    ["no key at all", "id INT", "", "n", "rowid"],
    [
      "a PRIMARY KEY that may be NULL",
      "id TEXT PRIMARY KEY",
      "",
      "CASE WHEN n % 3 = 0 THEN NULL ELSE 'k' || n END",
      "rowid",
    ],
  ])("reads every row of %s once and in order", async (_, column, suffix, value, order) => {
    const path = database(
      `CREATE TABLE t (${column}, x TEXT) ${suffix}; INSERT INTO t ${series(1500, `SELECT ${value}, 'x' FROM s`)}`,
    );
    const kind = column.includes("BLOB")
      ? "bytes"
      : column.includes("REAL")
        ? "float64"
        : column.includes("INT")
          ? "int64"
          : "text";
    const types = column.startsWith("id NOT NULL") ? { id: "text" } : { id: kind };
    const { plan, chunks, rows, failures } = await readWhole(sourceOf(path, { types, chunkRows: 100 }));
    expect(plan.strategy).toBe("keyset");
    expect(chunks.length).toBeGreaterThanOrEqual(8);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThan(500);
    if (column.startsWith("id NOT NULL")) {
      expect(rows.length + failures.length).toBe(1500);
      return;
    }
    const spelled =
      kind === "bytes" ? "'\\x' || lower(hex(id))" : kind === "int64" ? "CAST(id AS TEXT)" : "id";
    expect(failures).toEqual([]);
    expect(firsts(rows)).toEqual(stored(path, `SELECT ${spelled} AS v FROM t ORDER BY ${order}`));
  });

  test("follows composite keys by row values, through an index and without sorting", async () => {
    const path = database(
      `CREATE TABLE t (a INT NOT NULL, b TEXT NOT NULL, c BLOB NOT NULL, x, PRIMARY KEY (b, a, c)); INSERT INTO t ${series(
        3000,
        "SELECT n % 7, char(65 + n % 26), unhex(printf('%04x', n)), n FROM s",
      )}`,
    );
    const { plan, chunks, rows } = await readWhole(sourceOf(path, { chunkRows: 250 }));
    expect(plan.strategy).toBe("keyset");
    expect(plan.cutting).toMatchObject({ key: ["b", "a", "c"] });
    expect(chunks.length).toBe(12);
    expect(rows.map((row) => row[3])).toEqual(stored(path, "SELECT x AS v FROM t ORDER BY b, a, c"));
  });

  test("takes a key of WITHOUT ROWID tables whose leading column has few values", async () => {
    const path = database(
      `CREATE TABLE t (a INT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID; INSERT INTO t ${series(2000, "SELECT n % 3, n FROM s")}`,
    );
    const { chunks, rows } = await readWhole(sourceOf(path));
    expect(chunks.length).toBe(21);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBe(100);
    expect(rows.map((row) => row[1])).toEqual(stored(path, "SELECT b AS v FROM t ORDER BY a, b"));
  });

  test("does not trust an index of another collation or with mixed directions", async () => {
    const path = database(
      `CREATE TABLE t (a TEXT NOT NULL COLLATE NOCASE, b INT NOT NULL); CREATE UNIQUE INDEX u ON t (a COLLATE BINARY);
       CREATE UNIQUE INDEX w ON t (a, b DESC); INSERT INTO t ${series(300, "SELECT CASE n % 2 WHEN 0 THEN 'K' ELSE 'k' END || (n / 2), n FROM s")}`,
    );
    const { plan, rows } = await readWhole(sourceOf(path));
    expect(plan.why).toContain("rowid");
    expect(new Set(rows.map((row) => row.join("/"))).size).toBe(300);
    await expect(readWhole(sourceOf(path, { key: ["a"] }))).rejects.toMatchObject({ code: "SOURCE_BAD_KEY" });
  });

  test("takes the definition's key when a unique index proves it, and says so when none does", async () => {
    const path = database(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, other TEXT); INSERT INTO t ${series(300, "SELECT n, 'c' || n, 'o' FROM s")}`,
    );
    const { plan, rows } = await readWhole(sourceOf(path, { key: ["code"] }));
    expect(plan.cutting).toMatchObject({ key: ["code"] });
    expect(rows.length).toBe(300);
    await expect(readWhole(sourceOf(path, { key: ["other"] }))).rejects.toMatchObject({
      code: "SOURCE_BAD_KEY",
    });
    await expect(readWhole(sourceOf(path, { key: ["cod"] }))).rejects.toMatchObject({
      code: "SOURCE_NO_COLUMN",
    });
  });

  test("reads keys that are not valid UTF-8", async () => {
    const path = database(
      `CREATE TABLE t (id TEXT NOT NULL PRIMARY KEY, n INT); INSERT INTO t ${series(3000, "SELECT CAST(unhex('ff' || printf('%04x', n)) AS TEXT), n FROM s")}`,
    );
    const fields = (await fieldsOf(sourceOf(path))).slice(1);
    const { rows } = await readWhole(sourceOf(path), { fields });
    expect(firsts(rows)).toEqual(stored(path, "SELECT n AS v FROM t ORDER BY id"));
  });

  test("keeps to the rows of the condition", async () => {
    const path = database(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, x INT); CREATE INDEX i ON t (x); INSERT INTO t ${series(1000, "SELECT n, n % 5 FROM s")}`,
    );
    const { rows, plan } = await readWhole(sourceOf(path, { where: "x = 3 -- only threes" }));
    expect(rows.length).toBe(200);
    expect(plan.rowsEstimate).toBeUndefined();
  });

  test("finds rows that come later exactly once: beyond both ends and between", async () => {
    const path = database(
      `CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t ${series(1000, "SELECT n * 10 FROM s")}`,
    );
    const { bounds, fields } = await readWhole(sourceOf(path));
    const writer = new DatabaseSync(path);
    writer.exec("INSERT INTO t VALUES (-5), (-9223372036854775808), (55), (999999), (9223372036854775807)");
    writer.close();
    const reader = openSqliteReader(sourceOf(path));
    const seen: (string | null)[] = [];
    for (const own of bounds) seen.push(...firsts((await readChunk(reader, { bounds: own, fields })).rows));
    await reader.close();
    expect(seen).toEqual(stored(path, "SELECT CAST(id AS TEXT) AS v FROM t ORDER BY id"));
  });

  test("cuts the same table the same way again", async () => {
    const path = database(
      `CREATE TABLE t (id TEXT NOT NULL PRIMARY KEY); INSERT INTO t ${series(2000, "SELECT hex(n * 7919) || n FROM s")}`,
    );
    expect((await readWhole(sourceOf(path))).bounds).toEqual((await readWhole(sourceOf(path))).bounds);
  });

  test("whatever integers there are, chunks hold each of them once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.oneof(
            fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
            fc.bigInt({ min: -50n, max: 400n }),
          ),
          {
            minLength: 0,
            maxLength: 300,
          },
        ),
        fc.integer({ min: 1, max: 60 }),
        async (ids, chunkRows) => {
          const values = ids
            .map((id) => `(${id === -(2n ** 63n) ? "-9223372036854775807 - 1" : id})`)
            .join(", ");
          const path = database(
            `CREATE TABLE t (id INTEGER PRIMARY KEY); ${ids.length > 0 ? `INSERT INTO t VALUES ${values}` : ""}`,
          );
          const { rows } = await readWhole(sourceOf(path, { chunkRows, mode: "keyset" }));
          expect(firsts(rows)).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)).map(String));
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("range", () => {
  test("windows an integer column, joins sparse windows, and keeps NULLs and strays", async () => {
    const path = database(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, x INT); CREATE INDEX i ON t (x);
       INSERT INTO t ${series(2000, "SELECT n, CASE WHEN n < 1000 THEN n ELSE 100000000 + n END FROM s")};
       INSERT INTO t VALUES (5000, NULL), (5001, 'stray'), (5002, -7.5), (5003, 9223372036854775807)`,
    );
    const definition = sourceOf(path, { mode: "range", rangeColumn: "x" });
    const fields = (await fieldsOf(definition)).slice(0, 1);
    const { plan, chunks, rows } = await readWhole(definition, { fields });
    expect(plan.strategy).toBe("range");
    expect(chunks.length).toBeGreaterThan(10);
    expect(chunks.length).toBeLessThan(40);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(210);
    expect(
      firsts(rows)
        .map(Number)
        .toSorted((a, b) => a - b),
    ).toEqual(stored(path, "SELECT id AS v FROM t ORDER BY id").map(Number));
  });

  test("windows dates and timestamps by day", async () => {
    const path = database(
      `CREATE TABLE t (id INT, at DATETIME); INSERT INTO t ${series(1000, "SELECT n, datetime('2020-01-01', '+' || (n * 37) || ' minutes') FROM s")}`,
    );
    const { chunks, rows } = await readWhole(sourceOf(path, { mode: "range", rangeColumn: "at" }));
    expect(chunks.length).toBeGreaterThan(8);
    expect(rows.length).toBe(1000);
    expect(new Set(firsts(rows)).size).toBe(1000);
  });

  test("is refused without a column of that kind", async () => {
    const path = database("CREATE TABLE t (a TEXT)");
    await expect(readWhole(sourceOf(path, { mode: "range", rangeColumn: "a" }))).rejects.toMatchObject({
      code: "SOURCE_BAD_KEY",
    });
    await expect(readWhole(sourceOf(path, { mode: "range" }))).rejects.toMatchObject({
      code: "SOURCE_BAD_KEY",
    });
  });
});

describe("snapshot", () => {
  test("is one chunk: for small tables, empty tables, views and queries", async () => {
    const path = database(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, x INT); INSERT INTO t ${series(100, "SELECT n, n * n FROM s")}; CREATE TABLE e (id INTEGER PRIMARY KEY);
       CREATE VIEW v AS SELECT x FROM t ORDER BY x DESC`,
    );
    const small = await readWhole(sourceOf(path));
    expect(small.plan).toMatchObject({ strategy: "snapshot", rowsEstimate: 100 });
    expect(small.chunks.length).toBe(1);
    const empty = await readWhole(sourceOf(path, { table: "e" }));
    expect(empty.chunks).toEqual([[]]);
    expect(firsts((await readWhole(sourceOf(path, { table: "v" }))).rows)[0]).toBe("9801");
    const query = await readWhole(sourceOf(path, { query: "SELECT sum(x) AS total FROM t WHERE id < 3" }));
    expect(query.rows).toEqual([["5"]]);
    await expect(readWhole(sourceOf(path, { table: "v", mode: "keyset" }))).rejects.toMatchObject({
      code: "SOURCE_BAD_KEY",
    });
  });
});
