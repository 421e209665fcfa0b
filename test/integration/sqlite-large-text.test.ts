/** Large text of SQLite is read as bytes, never as a string: values, faults and raw rows are what they would be otherwise. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Folder,
  makeDatabase,
  rawText,
  readWhole,
  type Settings,
  sourceOf,
  temporaryFolder,
  type WholeRead,
} from "./sqlite-fixture.ts";

let folder: Folder;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

let made = 0;

async function readValues(
  declared: string,
  values: readonly string[],
  { before = "", settings = {} }: { readonly before?: string; readonly settings?: Settings } = {},
): Promise<WholeRead> {
  made += 1;
  const rows = values.map((value, at) => `(${at}, ${value})`).join(", ");
  const sql = `${before}; CREATE TABLE t (id INTEGER PRIMARY KEY, v ${declared}); INSERT INTO t VALUES ${rows}`;
  return readWhole(sourceOf(makeDatabase(folder.file(`db-${made}.db`), sql), settings));
}

const faults = ({ failures }: WholeRead): readonly string[] =>
  failures.map(({ row, rule }) => `${row} ${rule}`);
const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** SQL of a text of `count` times `piece`. */
const repeated = (piece: string, count: number): string =>
  `replace(hex(zeroblob(${count})), '00', '${piece}')`;

describe.each([1, 3, 15])("text of %i MB", (megabytes) => {
  const count = (megabytes * 1_000_000) / 2;
  const large = repeated("é", count);

  test("is exact, between small values, several to a page", async () => {
    const read = await readValues("TEXT", ["'first'", large, large, "NULL", "''", large, "'last'"]);
    const text = "é".repeat(count);
    expect(read.rows.map(([, value]) => value?.length)).toEqual([5, count, count, undefined, 0, count, 4]);
    expect(hash(read.rows[1]?.[1] ?? "")).toBe(hash(text));
    expect(hash(read.rows[5]?.[1] ?? "")).toBe(hash(text));
    expect(read.failures).toEqual([]);
  });

  test("is exact in a UTF-16 database", async () => {
    const read = await readValues("TEXT", [large], { before: "PRAGMA encoding = 'UTF-16le'" });
    expect(hash(read.rows[0]?.[1] ?? "")).toBe(hash("é".repeat(count)));
  });

  test("that is not UTF-8 is refused; a BLOB of that size stays a BLOB", async () => {
    const invalid = `CAST(CAST(${large} AS BLOB) || x'ff' AS TEXT)`;
    const read = await readValues("TEXT", ["'a'", invalid, `zeroblob(${2 * count})`, large]);
    expect(faults(read)).toEqual(["1 encoding", "2 storage_class"]);
    expect(read.rows.map(([id]) => id)).toEqual(["0", "3"]);
    expect(rawText(read.failures[0])).toMatch(/^\{"id":1,"v":\{"text":"[^"]+","cut":true\}\}$/);
    expect(rawText(read.failures[1])).toMatch(/^\{"id":2,"v":\{"blob":"[^"]+","cut":true\}\}$/);
  });

  test("is JSON or is refused, with what only a full parser takes", async () => {
    const inQuotes = (inner: string): string => `'"' || ${inner} || '"'`;
    const deep = `${repeated("[", 600)} || ${inQuotes(large)} || ${repeated("]", 600)}`;
    const lone = inQuotes(`${large} || '\\ud800'`);
    const values = [inQuotes(large), `' ' || ${inQuotes(large)} || ' '`, `'"' || ${large}`, deep, lone];
    expect(faults(await readValues("JSON", values))).toEqual(["2 type"]);
  });
});

test("a row with one value too large keeps its other values out of strings as well", async () => {
  made += 1;
  const text = repeated("x", 600_000);
  const path = makeDatabase(
    folder.file(`db-${made}.db`),
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT);
     INSERT INTO t VALUES (1, ${text}, ${repeated("y", 17_000_000)}), (2, ${text}, ${text})`,
  );
  const read = await readWhole(sourceOf(path));
  expect(faults(read)).toEqual(["0 too_large"]);
  expect(rawText(read.failures[0])).toMatch(/"a":\{"text":"[^"]+","cut":true\},"b":\{"too_large":true\}/);
  expect(read.rows.map(([id, a, b]) => [id, a?.length, b?.length])).toEqual([["2", 600_000, 600_000]]);
});
