/** Bad SQLite sources: values of another class than declared, what is not there, and what breaks a table's own rules. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { duckRows } from "../support/duck.ts";
import { type TempProject, tempProject } from "../support/temp-project.ts";
import { expectBalanced, refusedRows, runJson, type ShownError } from "./command-line.ts";

const CONFIG = `project: bad
connections:
  shop: { type: sqlite, path: ./shop.db }
  absent: { type: sqlite, path: ./absent.db }
  words: { type: sqlite, path: ./words.db }
  lake: { type: files, path: ./lake }
  out: { type: sqlite, path: ./out.db }
pipelines:
${[
  sqlitePipeline("classes", "table: mixed"),
  sqlitePipeline("days", "table: days, columns: { day: date, at: timestamp(utc) }"),
  sqlitePipeline("large", "table: large"),
  sqlitePipeline("texts", "table: texts", "    maxValueBytes: 1kB\n"),
  sqlitePipeline("nothing", "table: vacant"),
  sqlitePipeline("no_table", "table: mxied"),
  sqlitePipeline("no_column", "table: mixed", "    transform: [{ select: [id, quantty] }]\n"),
  sqlitePipeline("no_declared", "table: mixed, columns: { prize: int64 }"),
  sqlitePipeline("no_key", "table: mixed, mode: keyset, key: [nr]"),
  sqlitePipeline("bad_where", 'table: mixed, where: "id >"'),
  sqlitePipeline("not_select", 'query: "DELETE FROM mixed"'),
  sqlitePipeline("no_cast", "table: mixed", "    transform: [{ cast: { id: uuid } }]\n"),
  sqlitePipeline("twice", "table: mixed", "    transform: [{ rename: { quantity: id } }]\n"),
  "  absent:\n    source: { from: absent, table: mixed }\n    sink: { to: lake, path: absent }\n",
  "  words:\n    source: { from: words, table: mixed }\n    sink: { to: lake, path: words }\n",
  "  upserted:\n    source: { from: shop, table: doubles }\n    sink: { to: out, table: latest, mode: upsert, key: [code] }\n",
  "  appended:\n    source: { from: shop, table: doubles }\n    sink: { to: out, table: firsts, mode: append }\n    onError: { stopAfter: { count: 100 } }\n",
].join("")}`;

function sqlitePipeline(name: string, source: string, more = ""): string {
  return `  ${name}:\n    source: { from: shop, ${source} }\n    sink: { to: lake, path: ${name} }\n${more}`;
}

let project: TempProject;
let runs: Awaited<ReturnType<typeof runJson>>;

beforeAll(async () => {
  project = tempProject(CONFIG);
  const shop = new DatabaseSync(project.path("shop.db"));
  shop.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE mixed (id INTEGER PRIMARY KEY, quantity INTEGER, price REAL, note TEXT, picture BLOB);
    INSERT INTO mixed VALUES (1, 5, 1.5, 'fine', x'00ff'), (2, 'five', 1.5, 'text for a number', NULL),
      (3, 5.5, 1.5, 'half', NULL), (4, 5, 'dear', 'text for a float', NULL), (5, x'05', 1, 'bytes for a number', NULL),
      (6, 7, 2, x'ff00', NULL), (7, 7, 2, 'text for bytes', 'words'), (8, NULL, NULL, NULL, NULL);
    CREATE TABLE days (id INTEGER PRIMARY KEY, day TEXT, at TEXT);
    INSERT INTO days VALUES (1, '2024-02-29', '2024-02-29T12:00:00.123456Z'), (2, '0000-01-01', NULL),
      (3, '20000-01-01', NULL), (4, 'tomorrow', NULL), (5, '9999-12-31', '2024-02-30T00:00:00Z');
    CREATE TABLE large (id INTEGER PRIMARY KEY, n INTEGER);
    INSERT INTO large VALUES (9007199254740993, -9223372036854775808), (9223372036854775807, 9007199254740993);
    CREATE TABLE texts (id INTEGER PRIMARY KEY, note TEXT);
    INSERT INTO texts VALUES (1, 'a' || char(0) || 'b'), (2, CAST(x'61ff' AS TEXT)), (3, printf('%.*c', 2000, 'x')), (4, '');
    CREATE TABLE vacant (id INTEGER PRIMARY KEY, note TEXT);
    CREATE TABLE doubles (id INTEGER PRIMARY KEY, code TEXT, n INTEGER);
    INSERT INTO doubles VALUES (1, 'a', 1), (2, 'b', 2), (3, 'a', 3), (4, 'c', 4), (5, 'a', 5);`);
  shop.close();
  project.write(
    "words.db",
    "these are words, and more than a hundred of them would still be no database ".repeat(20),
  );
  const out = new DatabaseSync(project.path("out.db"));
  out.exec("CREATE TABLE firsts (id INTEGER, code TEXT UNIQUE, n INTEGER)");
  out.close();
  runs = await runJson(project, ["run", "--all"]);
});
afterAll(() => project[Symbol.dispose]());

describe("values of another storage class than declared", () => {
  it("are refused by row and column with their exact value; the rest is written", async () => {
    expectBalanced(runs.of("classes"));
    expect(runs.of("classes")).toMatchObject({ read: 8, written: 2, quarantined: 6 });
    const refused = refusedRows(project, "classes");
    expect(refused.map(({ column, rule }) => [column, rule])).toEqual([
      ["quantity", "storage_class"],
      ["quantity", "storage_class"],
      ["price", "storage_class"],
      ["quantity", "storage_class"],
      ["note", "storage_class"],
      ["picture", "storage_class"],
    ]);
    expect(refused[0]?.raw).toContain("five");
    expect(refused[1]?.raw).toContain("5.5");
    const rows = await duckRows(
      `SELECT id, quantity, price, note, hex(picture) FROM '${lake("classes")}' ORDER BY 1`,
    );
    expect(rows).toEqual([
      ["1", "5", "1.5", "fine", "00FF"],
      ["8", null, null, null, null],
    ]);
  });

  it("days that do not exist or lie beyond the years 1 to 9999 are refused", async () => {
    expectBalanced(runs.of("days"));
    const refused = refusedRows(project, "days").map(({ column, rule }) => [column, rule]);
    expect(refused).toEqual([
      ["day", "range"],
      ["day", "range"],
      ["day", "type"],
      ["at", "range"],
    ]);
  });

  it("integers beyond 2^53 are exact", async () => {
    expectBalanced(runs.of("large"));
    expect(await duckRows(`SELECT id::text, n::text FROM '${lake("large")}' ORDER BY 1`)).toEqual([
      ["9007199254740993", "-9223372036854775808"],
      ["9223372036854775807", "9007199254740993"],
    ]);
  });

  it("NUL is text, bytes that are no UTF-8 and values beyond maxValueBytes are refused", async () => {
    expectBalanced(runs.of("texts"));
    expect(refusedRows(project, "texts").map(({ column, rule }) => [column, rule])).toEqual([
      ["note", "encoding"],
      ["note", "too_large"],
    ]);
    expect(await duckRows(`SELECT id, hex(note) FROM '${lake("texts")}' ORDER BY 1`)).toEqual([
      ["1", "610062"],
      ["4", ""],
    ]);
  });

  it("a table without rows is written as such", async () => {
    expectBalanced(runs.of("nothing"));
    expect(await duckRows(`SELECT count(*) FROM '${lake("nothing")}'`)).toEqual([["0"]]);
  });
});

describe("what is not there, or can not be done", () => {
  it.each<[string, string, number, RegExp]>([
    ["no_table", "SOURCE_NOT_FOUND", 1, /table 'mxied' does not exist in .*shop\.db, did you mean 'mixed'\?/],
    [
      "no_column",
      "SOURCE_NO_COLUMN",
      4,
      /step 1 \(select\) has no column 'quantty', did you mean 'quantity'\?/,
    ],
    ["no_declared", "SOURCE_NO_COLUMN", 4, /has no column 'prize', did you mean 'price'\?/],
    ["no_key", "SOURCE_NO_COLUMN", 4, /has no column 'nr'/],
    ["bad_where", "SOURCE_UNREADABLE", 1, /shop\.db.*(incomplete input|syntax error)/],
    ["not_select", "SOURCE_UNREADABLE", 1, /shop\.db/],
    ["no_cast", "PLAN_INVALID", 1, /column id: there is no cast from int64 to uuid/],
    ["twice", "PLAN_INVALID", 1, /two output columns are called 'id'/],
    ["absent", "SOURCE_NOT_FOUND", 1, /absent\.db/],
    ["words", "SOURCE_UNREADABLE", 1, /words\.db: it is not a SQLite database|not a database/],
  ])("%s: %s, exit %i", (name, code, exitCode, message) => {
    const error = runs.of(name).error as ShownError;
    expect(error, error.message).toMatchObject({ code, exitCode });
    expect(error.message).toMatch(message);
    expect(error.next).not.toBe("");
    expect(existsSync(project.path(`lake/${name}`))).toBe(false);
  });

  it("looking for a database does not make it", () => {
    expect(existsSync(project.path("absent.db"))).toBe(false);
  });

  it("a statement that changes the source has changed nothing", () => {
    const shop = new DatabaseSync(project.path("shop.db"), { readOnly: true });
    expect(shop.prepare("SELECT count(*) AS n FROM mixed").get()).toEqual({ n: 8 });
    shop.close();
  });
});

describe("duplicate keys", () => {
  it("upserted: the last row of a key wins", () => {
    expectBalanced(runs.of("upserted"));
    expect(runs.of("upserted")).toMatchObject({ read: 5, written: 5, quarantined: 0 });
    expect(outRows("latest")).toEqual([
      { id: 2, code: "b", n: 2 },
      { id: 4, code: "c", n: 4 },
      { id: 5, code: "a", n: 5 },
    ]);
  });

  it("appended to a table with a unique key: the first is kept, the others are set aside by rule unique", () => {
    expectBalanced(runs.of("appended"));
    expect(runs.of("appended")).toMatchObject({ read: 5, written: 3, quarantined: 2 });
    const refused = refusedRows(project, "appended");
    expect(refused.map(({ rule, raw }) => [rule, JSON.parse(raw ?? "null")])).toEqual([
      ["unique", { id: 3, code: "a", n: 3 }],
      ["unique", { id: 5, code: "a", n: 5 }],
    ]);
    expect(outRows("firsts").map((row) => row["id"])).toEqual([1, 2, 4]);
  });
});

function outRows(table: string): readonly Record<string, unknown>[] {
  const database = new DatabaseSync(project.path("out.db"), { readOnly: true });
  const rows = database.prepare(`SELECT id, code, n FROM ${table} ORDER BY id`).all();
  database.close();
  return rows.map((row) => ({ ...row }));
}

function lake(pipeline: string): string {
  return project.path(`lake/${pipeline}/*.parquet`);
}
