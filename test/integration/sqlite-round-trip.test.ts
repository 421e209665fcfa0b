/** Source to sink to source: every type comes back with the same logical type and the same values, to the digit. */
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqliteReader } from "../../src/connectors/sqlite/source/open-sqlite-reader.ts";
import { openSqliteWriter } from "../../src/connectors/sqlite/sink/open-sqlite-writer.ts";
import type { SqliteSinkDefinition, SqliteSourceDefinition } from "../../src/pipeline/definition.ts";
import {
  describeTypes,
  type Folder,
  makeDatabase,
  MAX_VALUE_BYTES,
  readWhole,
  sourceOf,
  temporaryFolder,
} from "./sqlite-fixture.ts";
import { PORTS, sinkOf, withSink } from "./sqlite-sink-fixture.ts";

let folder: Folder;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

/** Every type with values at its edges, as SQL. */
const COLUMNS: readonly (readonly [type: string, values: readonly string[]])[] = [
  ["bool", ["0", "1"]],
  ["int8", ["-128", "127"]],
  ["int16", ["-32768", "32767"]],
  ["int32", ["-2147483648", "2147483647"]],
  ["int64", ["-9223372036854775807 - 1", "9223372036854775807"]],
  ["uint8", ["0", "255"]],
  ["uint16", ["0", "65535"]],
  ["uint32", ["0", "4294967295"]],
  ["uint64", ["'0'", "'18446744073709551615'"]],
  ["float32", ["0.5", "-1.0e38 * 0 + 16777216.0"]],
  ["float64", ["0.1", "-1.7976931348623157e308"]],
  ["decimal(9,2)", ["-9999999.99", "0.01"]],
  ["decimal(15,2)", ["9999999999999.99", "-0.1"]],
  ["decimal(15,15)", ["0.123456789012345", "-0.999999999999999"]],
  ["decimal(18,3)", ["'-999999999999999.999'", "'0.001'"]],
  ["decimal(38,10)", ["'-9999999999999999999999999999.9999999999'", "'0.0000000001'"]],
  ["text", ["''", "'é🙂' || char(0) || '\"quoted\"'"]],
  ["json", [`'{"a": [1, 2.50, null]}'`, "'7.0'"]],
  ["bytes", ["x''", "x'00ff10'"]],
  ["uuid", ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-4fff-bfff-ffffffffffff'"]],
  ["date", ["'0001-01-01'", "'9999-12-31'"]],
  ["time", ["'00:00:00'", "'23:59:59.999999'"]],
  ["time(ms)", ["'00:00:00.001'", "'23:59:59.999'"]],
  ["time(ns)", ["'00:00:00.000000001'", "'23:59:59.999999999'"]],
  ["timestamp", ["'0001-01-01 00:00:00'", "'9999-12-31 23:59:59.999999'"]],
  ["timestamp(ms)", ["'1969-12-31 23:59:59.999'", "'2024-02-29 12:00:00'"]],
  ["timestamp(ns)", ["'1677-09-21 00:12:43.145224193'", "'2262-04-11 23:47:16.854775807'"]],
  ["timestamp(utc)", ["'2024-02-29 12:30:00.5'", "'1969-12-31T23:59:59.999999+01:00'"]],
  ["timestamp(ns,utc)", ["'1970-01-01 00:00:00.000000001Z'", "'1969-12-31 23:59:59.999999999'"]],
];

/** Reads all of `source` into a new table of another file, and says how that is read. */
async function copy(
  source: SqliteSourceDefinition,
  sink: SqliteSinkDefinition,
): Promise<SqliteSourceDefinition> {
  const { bounds, fields } = await readWhole(source);
  const reader = openSqliteReader(source);
  const warm = openSqliteWriter(sink, PORTS);
  await withSink(sink, async (target) => {
    await target.check({ fields, pipeline: "load", ownRunIds: new Set() });
    await target.prepare({ rootRunId: "run-1", fields, committed: [] });
  });
  for (const [chunk, own] of bounds.entries()) {
    const key = {
      pipeline: "load",
      runId: "run-1",
      rootRunId: "run-1",
      chunk,
      attempt: 1,
      idempotencyKey: String(chunk),
    };
    const writer = warm.open({ key, fields });
    const { signal } = new AbortController();
    for await (const { batch, failures } of reader.read({
      bounds: own,
      fields,
      maxValueBytes: MAX_VALUE_BYTES,
      signal,
    })) {
      expect(failures).toEqual([]);
      expect(await writer.write(batch)).toEqual([]);
    }
    await writer.finish({});
  }
  await warm.close();
  await reader.close();
  return sourceOf(sink.path, { table: sink.table });
}

test("every type, with and without NULLs", async () => {
  const names = COLUMNS.map((_, at) => `c${at}`);
  const rows = [0, 1].map((row) => `(${row}, ${COLUMNS.map(([, values]) => values[row]).join(", ")})`);
  rows.push(`(2, ${names.map(() => "NULL").join(", ")})`);
  const path = makeDatabase(
    folder.file("types.db"),
    `CREATE TABLE t (id INTEGER PRIMARY KEY, ${names.join(", ")}); INSERT INTO t VALUES ${rows.join(", ")}`,
  );
  const types = Object.fromEntries(COLUMNS.map(([type], at) => [`c${at}`, type]));
  const source = sourceOf(path, { types });
  const before = await readWhole(source);
  expect(before.failures).toEqual([]);
  const target = await copy(source, sinkOf(folder.file("copy.db"), { writeMode: "append", key: ["id"] }));
  const after = await readWhole(target);
  expect(after.failures).toEqual([]);
  expect(after.rows).toEqual(before.rows);
  expect(await describeTypes(target)).toEqual([
    "id int64",
    ...COLUMNS.map(([type], at) => `c${at} ${type}?`),
  ]);
});

test("bools and integers keep apart from REALs in an existing table without types", async () => {
  const path = makeDatabase(
    folder.file("ints.db"),
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b BOOLEAN); INSERT INTO t VALUES (1, 7, 1)",
  );
  const target = makeDatabase(folder.file("untyped.db"), "CREATE TABLE target (id, a, b)");
  await copy(sourceOf(path), sinkOf(target, { writeMode: "append" }));
  const database = new DatabaseSync(target, { readOnly: true });
  expect(
    database.prepare("SELECT typeof(id) AS i, typeof(a) AS a, typeof(b) AS b FROM target").get(),
  ).toEqual({
    i: "integer",
    a: "integer",
    b: "integer",
  });
  database.close();
});

test("NaN cannot be stored, and is refused rather than turned into NULL", async () => {
  const warm = openSqliteWriter(sinkOf(folder.file("nan.db"), { writeMode: "append" }), PORTS);
  const fields = [{ name: "x", type: { kind: "float", bits: 64 }, nullable: true }] as const;
  await withSink(sinkOf(folder.file("nan.db"), { writeMode: "append" }), (sink) =>
    sink.prepare({ rootRunId: "run-1", fields, committed: [] }),
  );
  const key = {
    pipeline: "load",
    runId: "run-1",
    rootRunId: "run-1",
    chunk: 0,
    attempt: 1,
    idempotencyKey: "nan",
  };
  const writer = warm.open({ key, fields });
  const values = Float64Array.of(1.5, Number.NaN, Number.POSITIVE_INFINITY);
  const columns = [
    { type: fields[0].type, layout: "fixed", values, rowCount: 3, validity: null, nullCount: 0 },
  ] as const;
  const failures = await writer.write({ fields, columns, rowCount: 3 });
  expect(failures.map(({ row, rule, column }) => ({ row, rule, column }))).toEqual([
    { row: 1, rule: "range", column: "x" },
  ]);
  expect(await writer.finish({})).toMatchObject({ rows: 2 });
  await warm.close();
});

test("whatever text, bytes, integers and floats there are, they come back", async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(
          fc.option(fc.string({ unit: "binary" }).map((text) => text.toWellFormed())),
          fc.option(fc.uint8Array({ maxLength: 60 })),
          fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
          fc.option(fc.double({ noNaN: true })),
        ),
        { maxLength: 50 },
      ),
      async (rows) => {
        round += 1;
        const path = makeDatabase(
          folder.file(`random-${round}.db`),
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB, c INT, d REAL)",
        );
        const database = new DatabaseSync(path);
        const insert = database.prepare("INSERT INTO t (a, b, c, d) VALUES (?, ?, ?, ?)");
        for (const row of rows) insert.run(...row);
        database.close();
        const target = await copy(
          sourceOf(path),
          sinkOf(folder.file(`random-copy-${round}.db`), { writeMode: "append", key: ["id"] }),
        );
        const read = await readWhole(target);
        expect(read.failures).toEqual([]);
        const expected = rows.map(([a, b, c, d], at) => [
          String(at + 1),
          a,
          b === null ? null : `\\x${Buffer.from(b).toString("hex")}`,
          c === null ? null : String(c),
          // SQLite has no negative zero.
          d === null ? null : String(d === 0 ? 0 : d),
        ]);
        expect(read.rows).toEqual(expected);
      },
    ),
    { numRuns: 15 },
  );
});
