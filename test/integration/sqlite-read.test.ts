/** What the SQLite reader makes of values: exact, or refused row by row with the row as it was. */
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  makeDatabase,
  rawText,
  readWhole,
  type Settings,
  sourceOf,
  temporaryFolder,
  type Folder,
  type WholeRead,
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

/** One column `v` of that declaration, numbered by `id`; the values are SQL. */
async function readColumn(
  declared: string,
  values: readonly string[],
  settings: Settings = {},
): Promise<WholeRead> {
  const rows = values.map((value, at) => `(${at}, ${value})`).join(", ");
  const path = database(
    `CREATE TABLE t (id INTEGER PRIMARY KEY, v ${declared}); INSERT INTO t VALUES ${rows}`,
  );
  return readWhole(sourceOf(path, settings));
}

const values = ({ rows }: WholeRead): readonly (string | null)[] => rows.map((row) => row[1] ?? null);
const faults = ({ failures }: WholeRead): readonly string[] =>
  failures.map(({ row, rule }) => `${row} ${rule}`);

describe("exact values", () => {
  test("of integers from end to end", async () => {
    const extremes = [
      "-9223372036854775807 - 1",
      "9223372036854775807",
      "9007199254740993",
      "-9007199254740993",
      "0",
      "NULL",
    ];
    const read = await readColumn("INTEGER", extremes);
    expect(values(read)).toEqual([
      "-9223372036854775808",
      "9223372036854775807",
      "9007199254740993",
      "-9007199254740993",
      "0",
      null,
    ]);
    const small = await readColumn("INT", ["-128", "127", "128", "1.0", "'x'", "1.5"], {
      types: { v: "int8" },
    });
    expect(values(small)).toEqual(["-128", "127", "1"]);
    expect(faults(small)).toEqual(["2 range", "4 storage_class", "5 storage_class"]);
  });

  test("tell an INTEGER from an integral REAL where the column keeps them apart", async () => {
    const read = await readColumn("", ["1", "1.0", "'1'", "x'01'", "9007199254740993"], {
      types: { v: "int64" },
    });
    expect(values(read)).toEqual(["1", "9007199254740993"]);
    expect(faults(read)).toEqual(["1 storage_class", "2 storage_class", "3 storage_class"]);
    expect(rawText(read.failures[2])).toBe('{"id":3,"v":{"blob":"AQ=="}}');
    for (const type of ["int8", "bool"]) {
      const narrow = await readColumn("", ["1", "1.0"], { types: { v: type } });
      expect(faults(narrow)).toEqual(["1 storage_class"]);
    }
  });

  test("of unsigned integers beyond 2^63, held as text", async () => {
    const read = await readColumn("U64_TEXT", [
      "'18446744073709551615'",
      "'0'",
      "'18446744073709551616'",
      "'x'",
    ]);
    expect(values(read)).toEqual(["18446744073709551615", "0"]);
    expect(faults(read)).toEqual(["2 range", "3 storage_class"]);
  });

  test("of floats, with INTEGERs only where a float holds them", async () => {
    const read = await readColumn("NUMERIC", [
      "0.1",
      "3",
      "9e999",
      "-9e999",
      "9007199254740992",
      "9007199254740993",
      "'x'",
    ]);
    expect(values(read)).toEqual(["0.1", "3", "Infinity", "-Infinity", "9007199254740992"]);
    expect(faults(read)).toEqual(["5 precision", "6 storage_class"]);
    const single = await readColumn("FLOAT_32", ["0.5", "0.1"]);
    expect(values(single)).toEqual(["0.5"]);
    expect(faults(single)).toEqual(["1 precision"]);
  });

  test("of decimals, whether stored as INTEGER, REAL or TEXT", async () => {
    const stored = [
      "12.30",
      "-0.05",
      "100",
      "0.1 + 0.2",
      "1e20",
      "'12.345'",
      "'abc'",
      "9999999999.99",
      "10000000000",
      "1e-3",
      "123456789.12",
    ];
    const read = await readColumn("DECIMAL(12,2)", stored);
    expect(values(read)).toEqual(["12.30", "-0.05", "100.00", "9999999999.99", "123456789.12"]);
    expect(faults(read)).toEqual([
      "3 precision",
      "4 range",
      "5 precision",
      "6 storage_class",
      "8 range",
      "9 precision",
    ]);
    const long = await readColumn("DECIMAL_TEXT(38,10)", [
      "'-1234567890123456789012345678.0123456789'",
      "'0.0000000001'",
      "' 1 '",
      "'1e3'",
      "'1.00000000000'",
    ]);
    expect(values(long)).toEqual([
      "-1234567890123456789012345678.0123456789",
      "0.0000000001",
      "1.0000000000",
      "1000.0000000000",
      "1.0000000000",
    ]);
    const inexact = await readColumn("DECIMAL(18,2)", [
      "1234567890123456.78",
      "1234567890123456",
      "9007199254740993",
      "-9223372036854775807 - 1",
    ]);
    expect(values(inexact)).toEqual(["1234567890123456.00", "9007199254740993.00"]);
    expect(faults(inexact)).toEqual(["0 precision", "3 range"]);
  });

  test("of booleans", async () => {
    const read = await readColumn("BOOLEAN", ["0", "1", "true", "2", "'true'", "NULL"]);
    expect(values(read)).toEqual(["false", "true", "true", null]);
    expect(faults(read)).toEqual(["3 range", "4 storage_class"]);
  });

  test("of dates: ISO text of years 1 to 9999, and nothing guessed from numbers", async () => {
    const stored = [
      "'2024-02-29'",
      "'0001-01-01'",
      "'9999-12-31'",
      "'2023-02-29'",
      "'0000-01-01'",
      "'20000-01-01'",
      "'2024-1-1'",
      "19000",
      "'2024-02-29 00:00'",
      "'2024-13-01'",
    ];
    const read = await readColumn("DATE", stored);
    expect(values(read)).toEqual(["2024-02-29", "0001-01-01", "9999-12-31"]);
    expect(faults(read)).toEqual([
      "3 range",
      "4 range",
      "5 range",
      "6 type",
      "7 storage_class",
      "8 type",
      "9 range",
    ]);
  });

  test("of times and timestamps, naive and UTC", async () => {
    const times = await readColumn("TIME", [
      "'12:30'",
      "'23:59:59.999999'",
      "'24:00'",
      "'12:30:00.1234567'",
      "'12:30:00.1234560'",
      "'12:30Z'",
    ]);
    expect(values(times)).toEqual(["12:30:00.000000", "23:59:59.999999", "12:30:00.123456"]);
    expect(faults(times)).toEqual(["2 range", "3 precision", "5 type"]);
    const naive = await readColumn("TIMESTAMP", [
      "'2024-02-29 12:30:00'",
      "'1969-12-31T23:59:59.5'",
      "'2024-02-29'",
      "'2024-02-29 12:30Z'",
      "1.5",
    ]);
    expect(values(naive)).toEqual([
      "2024-02-29T12:30:00.000000",
      "1969-12-31T23:59:59.500000",
      "2024-02-29T00:00:00.000000",
    ]);
    expect(faults(naive)).toEqual(["3 type", "4 storage_class"]);
    const utc = await readColumn("TIMESTAMPTZ", [
      "'2024-02-29 12:30:00'",
      "'2024-02-29T12:30:00Z'",
      "'2024-02-29 12:30:00-05:30'",
      "'2024-02-29 12:30+25:00'",
    ]);
    expect(values(utc)).toEqual([
      "2024-02-29T12:30:00.000000Z",
      "2024-02-29T12:30:00.000000Z",
      "2024-02-29T18:00:00.000000Z",
    ]);
    const ns = await readColumn("TIMESTAMP(9)", [
      "'2262-04-11 23:47:16.854775807'",
      "'2262-04-11 23:47:16.854775808'",
      "'0001-01-01'",
    ]);
    expect(values(ns)).toEqual(["2262-04-11T23:47:16.854775807"]);
    expect(faults(ns)).toEqual(["1 range", "2 range"]);
  });

  test("of uuids, json, text and bytes", async () => {
    const uuid = await readColumn("UUID", [
      "'0193D2A0-1234-7abc-8def-0123456789ab'",
      "x'0193d2a012347abc8def0123456789ab'",
      "'0193d2a012347abc8def0123456789ab'",
      "'nope'",
      "x'00'",
    ]);
    expect(new Set(values(uuid))).toEqual(new Set(["0193d2a0-1234-7abc-8def-0123456789ab"]));
    expect(faults(uuid)).toEqual(["3 type", "4 type"]);
    const json = await readColumn("JSON", [`'{"a": 1}'`, "'[1'", "'12'", "'1.5'", "x'00'"]);
    expect(values(json)).toEqual(['{"a": 1}', "12", "1.5"]);
    const text = await readColumn("TEXT", [
      "''",
      "'a' || char(0) || 'b'",
      "'é🙂'",
      `printf('%.*c', 5000, 'x')`,
      "x'41'",
      "5",
    ]);
    expect(values(text)).toEqual(["", "a\0b", "é🙂", "x".repeat(5000), "5"]);
    expect(faults(text)).toEqual(["4 storage_class"]);
    const bytes = await readColumn("BLOB", ["x''", "x'00ff'", "'text'"]);
    expect(values(bytes)).toEqual(["\\x", "\\x00ff"]);
    const anything = await readColumn("STRING", ["'007x'", "'12'", "1.5", "-9223372036854775807 - 1"], {
      types: { v: "text" },
    });
    expect(values(anything)).toEqual(["007x", "12", "1.5", "-9223372036854775808"]);
  });
});

describe("rows that are refused", () => {
  test("leave the batch, keep their numbers, and carry the row and its key", async () => {
    const sql = `CREATE TABLE t (k TEXT NOT NULL PRIMARY KEY, n INT, b BLOB, i INT);
      INSERT INTO t VALUES ('a', 1, NULL, 1), ('b', 'one', x'ff00', 9007199254740993), ('c', 3, NULL, 1), ('d', x'00', NULL, 1)`;
    const read = await readWhole(sourceOf(database(sql)));
    expect(read.rows.map(([key]) => key)).toEqual(["a", "c"]);
    expect(read.failures.map(({ row, column, rule, place }) => ({ row, column, rule, place }))).toEqual([
      { row: 1, column: "n", rule: "storage_class", place: { key: { k: "b" } } },
      { row: 3, column: "n", rule: "storage_class", place: { key: { k: "d" } } },
    ]);
    expect(rawText(read.failures[0])).toBe('{"k":"b","n":"one","b":{"blob":"/wA="},"i":9007199254740993}');
    expect(read.failures[0]?.message).not.toContain("one");
  });

  test("hold NULL where a declaration forbids it", async () => {
    const path = database(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'x'), (2, NULL)",
    );
    const source = sourceOf(path);
    const read = await readWhole({ ...source, columns: { a: { type: { kind: "text" }, nullable: false } } });
    expect(faults(read)).toEqual(["1 null"]);
  });

  test("hold text that is not valid UTF-8; text with U+FFFD is left alone", async () => {
    const read = await readColumn("TEXT", [
      "CAST(x'41ff42' AS TEXT)",
      "'real ' || char(65533)",
      "'plain'",
      "CAST(x'eda080' AS TEXT)",
    ]);
    expect(values(read)).toEqual(["real \uFFFD", "plain"]);
    expect(faults(read)).toEqual(["0 encoding", "3 encoding"]);
    expect(rawText(read.failures[0])).toBe('{"id":0,"v":{"text":"Qf9C"}}');
    const query = await readWhole(
      sourceOf(database("CREATE TABLE t (a)"), {
        query: "SELECT CAST(x'ff' AS TEXT) AS a UNION ALL SELECT char(65533)",
      }),
    );
    expect(query.rows).toEqual([["\uFFFD"]]);
    expect(query.failures.map(({ rule, place }) => ({ rule, place }))).toEqual([
      { rule: "encoding", place: { row: 0 } },
    ]);
  });

  test("of a UTF-16 database are judged in its own encoding", async () => {
    const path = folder.file("utf16.db");
    const own = new DatabaseSync(path);
    own.exec(
      "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'é' || char(65533)), (2, CAST(x'410000d8' AS TEXT))",
    );
    own.close();
    const read = await readWhole(sourceOf(path));
    expect(read.rows).toEqual([["1", "é\uFFFD"]]);
    expect(faults(read)).toEqual(["1 encoding"]);
  });

  test("hold a value that is too large, which is never read", async () => {
    const path = database(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB); INSERT INTO t WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s LIMIT 2000) SELECT n, 'small', NULL FROM s;
       UPDATE t SET b = zeroblob(30000000) WHERE id = 700; UPDATE t SET a = CAST(zeroblob(20000000) AS TEXT) WHERE id = 1500; UPDATE t SET b = zeroblob(16777216) WHERE id = 701`,
    );
    for (const settings of [{ chunkRows: 5000 }, { query: "SELECT * FROM t ORDER BY id" }]) {
      const read = await readWhole(sourceOf(path, settings));
      expect(read.rows.length).toBe(1998);
      expect(read.failures.map(({ row, column, rule }) => ({ row, column, rule }))).toEqual([
        { row: 700, column: "b", rule: "too_large" },
        { row: 1500, column: "a", rule: "too_large" },
      ]);
      expect(read.failures[0]?.message).toBe(
        "a value of 30000000 bytes is larger than maxValueBytes (16777216)",
      );
      expect(rawText(read.failures[0])).toBe('{"id":700,"a":"small","b":{"too_large":true}}');
    }
    const narrow = await readWhole(sourceOf(path), { maxValueBytes: 4 });
    expect(narrow.failures.length).toBe(2000);
  });

  test("are counted, all of them", async () => {
    const read = await readColumn(
      "INT",
      Array.from({ length: 3000 }, (_, at) => (at % 3 === 0 ? "'x'" : String(at))),
    );
    expect(read.rows.length).toBe(2000);
    expect(read.chunks.length).toBe(30);
    const keys = read.failures.map(({ place }) => place);
    expect(keys).toEqual(Array.from({ length: 1000 }, (_, at) => ({ key: { id: at * 3 } })));
    expect(read.failures.length).toBe(1000);
  });
});

describe("the shape of tables", () => {
  test("1,600 columns", async () => {
    const names = Array.from({ length: 1600 }, (_, at) => `c${at}`);
    const path = database(
      `CREATE TABLE t (${names.map((name) => `${name} INT`).join(", ")}); INSERT INTO t (c0, c1599) WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s LIMIT 200) SELECT n, -n FROM s`,
    );
    const { rows, chunks } = await readWhole(sourceOf(path));
    expect(chunks.length).toBe(2);
    expect(rows[199]?.[0]).toBe("199");
    expect(rows[199]?.[1599]).toBe("-199");
    expect(rows[199]?.filter((value) => value === null).length).toBe(1598);
  });

  test("quotes, spaces and emoji in every name", async () => {
    const path = database(
      `CREATE TABLE "t ""1"" 🧾" ("k ""1"" 🔑" TEXT NOT NULL PRIMARY KEY, "sel ect" INT); INSERT INTO "t ""1"" 🧾" VALUES ('a', 1), ('b', 'x')`,
    );
    const read = await readWhole(sourceOf(path, { table: 't "1" 🧾' }));
    expect(read.rows).toEqual([["a", "1"]]);
    expect(read.failures[0]?.place).toEqual({ key: { 'k "1" 🔑': "b" } });
  });

  test("columns are read in the order asked for, also without the key", async () => {
    const path = database(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT); INSERT INTO t VALUES (1, 'x', 7)",
    );
    const whole = await readWhole(sourceOf(path));
    const [, a, b] = whole.fields;
    if (a === undefined || b === undefined) throw new RangeError("the table has three columns");
    expect((await readWhole(sourceOf(path), { fields: [b, a] })).rows).toEqual([["7", "x"]]);
  });
});
