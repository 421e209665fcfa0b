/** Parquet files of DuckDB, in every version and codec it offers, read back as DuckDB shows them. */
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";
import { DataFolder, readFolder, refusal } from "./files-source-harness.ts";

type Rows = (string | null)[][];

async function duckRows(sql: string): Promise<Rows> {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run("SET TimeZone = 'UTC'");
  const result = await connection.runAndReadAll(sql);
  connection.closeSync();
  return result.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
}

async function duckRun(sql: string): Promise<void> {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(sql);
  connection.closeSync();
}

/** Column, expression over `i` in DuckDB, and how DuckDB shows it as our canonical text. */
const DUCK_COLUMNS: readonly (readonly [string, string, string])[] = [
  ["b", "i % 3 = 0", "b::VARCHAR"],
  ["i8", "(i % 256 - 128)::TINYINT", "i8::VARCHAR"],
  ["u16", "(i * 7 % 65536)::USMALLINT", "u16::VARCHAR"],
  ["i32", "(i * 7919 - 40000000)::INTEGER", "i32::VARCHAR"],
  ["u32", "(i * 7919 + 4000000000)::UINTEGER", "u32::VARCHAR"],
  ["i64", "i * 922337203685477 * (CASE WHEN i % 2 = 0 THEN 1 ELSE -1 END)", "i64::VARCHAR"],
  ["u64", "(18446744073709551615 - i)::UBIGINT", "u64::VARCHAR"],
  ["few", "(i % 5)::BIGINT", "few::VARCHAR"],
  ["d4", "((i % 9999) / 100)::DECIMAL(4,2)", "d4::VARCHAR"],
  ["d18", "(i * 12345678.901)::DECIMAL(18,3)", "d18::VARCHAR"],
  ["d38", "(i::DECIMAL(38,0) * 1234567890123456789012345678 / 1000)::DECIMAL(38,6)", "d38::VARCHAR"],
  ["t", "CASE WHEN i % 7 = 0 THEN '' ELSE 'prefix-' || (i // 3) || '-ü' END", "t"],
  ["tag", "'tag' || (i % 11)", "tag"],
  ["blob", "encode(repeat(chr((i % 90 + 33)::INTEGER), (i % 40)::INTEGER))", "'\\x' || lower(hex(blob))"],
  ["uid", "md5(i::VARCHAR)::UUID", "uid::VARCHAR"],
  ["day", "DATE '1800-01-01' + (i * 37)::INTEGER", "day::VARCHAR"],
  [
    "tod",
    "TIME '00:00:00' + INTERVAL (i * 1234567) MICROSECOND",
    "strftime(DATE '2000-01-01' + tod, '%H:%M:%S.%f')",
  ],
  [
    "us",
    "TIMESTAMP '1900-01-01' + INTERVAL (i * 98765432109) MICROSECOND",
    "strftime(us, '%Y-%m-%dT%H:%M:%S.%f')",
  ],
  [
    "tz",
    "TIMESTAMPTZ '2000-01-01 00:00:00Z' + INTERVAL (i * 1234567) MICROSECOND",
    "strftime(tz, '%Y-%m-%dT%H:%M:%S.%fZ')",
  ],
  [
    "ms",
    "(TIMESTAMP '1960-01-01' + INTERVAL (i * 1001) MILLISECOND)::TIMESTAMP_MS",
    "strftime(ms::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%g')",
  ],
  ["ns", "make_timestamp_ns(i * 1234567890123457)", "strftime(ns, '%Y-%m-%dT%H:%M:%S.%n')"],
];

const WITH_NULLS = DUCK_COLUMNS.map(
  ([name, make]) => `CASE WHEN hash(i + ${name.length}) % 4 = 0 THEN NULL ELSE ${make} END AS ${name}_n`,
);

describe("DuckDB", () => {
  test.each([
    ["V1", "snappy"],
    ["V2", "zstd"],
    ["V1", "gzip"],
    ["V2", "brotli"],
    ["V2", "lz4_raw"],
    ["V2", "uncompressed"],
  ])("version %s with %s", async (version, codec) => {
    using folder = new DataFolder();
    const path = folder.path("t.parquet");
    const made = DUCK_COLUMNS.map(([name, make]) => `${make} AS ${name}`);
    const shown = DUCK_COLUMNS.flatMap(([name, , show]) => [
      show,
      show.replaceAll(new RegExp(`\\b${name}\\b`, "g"), `${name}_n`),
    ]);
    const order = DUCK_COLUMNS.flatMap(([name]) => [name, `${name}_n`]);
    await duckRun(
      `COPY (SELECT ${order.join(",")} FROM (SELECT ${[...made, ...WITH_NULLS].join(",")} FROM range(5000) r(i)))
       TO '${path}' (FORMAT parquet, PARQUET_VERSION '${version}', COMPRESSION '${codec}', ROW_GROUP_SIZE 2048)`,
    );
    const expected = await duckRows(`SELECT ${shown.join(",")} FROM '${path}'`);
    const { rows, failures, chunkCount } = await readFolder(folder, "t.parquet");
    expect(failures).toEqual([]);
    expect(chunkCount).toBeGreaterThan(1);
    expect(rows.length).toBe(5000);
    for (const [row, values] of rows.entries()) expect(values).toEqual(expected[row]);
  });

  test("floats keep their bits", async () => {
    using folder = new DataFolder();
    const path = folder.path("t.parquet");
    await duckRun(
      `COPY (SELECT sin(i) * 10 ** (i % 600 - 300) AS d, (sin(i) * 10 ** (i % 70 - 35))::FLOAT AS f, 'nan'::DOUBLE AS n, '-inf'::FLOAT AS m
       FROM range(3000) r(i)) TO '${path}' (FORMAT parquet, PARQUET_VERSION 'V2')`,
    );
    const connection = await (await DuckDBInstance.create()).connect();
    const expected = (await connection.runAndReadAll(`SELECT d, f FROM '${path}'`)).getRows();
    connection.closeSync();
    const { rows } = await readFolder(folder, "t.parquet");
    for (const [row, [d, f, n, m]] of rows.entries()) {
      expect(Object.is(Number(d), expected[row]?.[0])).toBe(true);
      expect(Object.is(Math.fround(Number(f)), expected[row]?.[1])).toBe(true);
      expect([n, m]).toEqual(["NaN", "-Infinity"]);
    }
  });

  test("nested columns and intervals are refused by name", async () => {
    using folder = new DataFolder();
    const write = (select: string): Promise<void> =>
      duckRun(`COPY (SELECT ${select}) TO '${folder.path("t.parquet")}' (FORMAT parquet)`);
    for (const select of ["[1, 2] AS things", "{'a': 1} AS things", "MAP {'a': 1} AS things"]) {
      await write(`1 AS id, ${select}`);
      expect(await refusal(readFolder(folder, "t.parquet"))).toMatch(
        /^FORMAT_UNSUPPORTED: .*t\.parquet: column things is nested/,
      );
    }
    await write("INTERVAL 1 DAY AS wait");
    expect(await refusal(readFolder(folder, "t.parquet"))).toMatch(
      /^FORMAT_UNSUPPORTED: .*column wait is an interval/,
    );
  });
});

test("a huge row group is read in bounded batches", async () => {
  using folder = new DataFolder();
  await duckRun(
    `COPY (SELECT i, repeat('x', 2000) || i AS body FROM range(30000) r(i)) TO '${folder.path("t.parquet")}' (FORMAT parquet, ROW_GROUP_SIZE 200000, COMPRESSION zstd)`,
  );
  const { rows, chunkCount, batchCount } = await readFolder(folder, "t.parquet");
  expect([rows.length, chunkCount]).toEqual([30_000, 1]);
  expect(batchCount).toBeGreaterThanOrEqual(Math.floor((30_000 * 2000) / (8 * 1024 * 1024)));
  expect(rows[29_999]?.[1]?.endsWith("x29999")).toBe(true);
});
