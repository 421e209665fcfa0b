import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Field } from "../../src/columns/column-batch.ts";
import type { LogicalType, TimeUnit } from "../../src/columns/logical-type.ts";
import { encodeFile } from "./parquet-encode-readers.ts";
import { anyTable, batchesOf, type Table, tableOfAllTypes, type Value } from "./parquet-encode-tables.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-parquet-"));
const path = join(folder, "table.parquet");
let connection: DuckDBConnection;

beforeAll(async () => {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
});

afterAll(() => {
  connection.closeSync();
  rmSync(folder, { recursive: true });
});

const TICKS: Record<TimeUnit, number> = { ms: 3, us: 6, ns: 9 };

/** The text DuckDB casts a value to; floats are compared as numbers. */
function expectedText({ type }: Field, value: Value): string | number | null {
  if (value === null || typeof value === "number") return value;
  if (typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return bytesText(type, value);
  if (type.kind === "decimal") return decimalText(value, type);
  if (type.kind === "date") return instantText(value * 86400n, 0).slice(0, 10);
  if (type.kind === "time") return instantText(value, TICKS[type.unit]).slice(11);
  if (type.kind === "timestamp") return instantText(value, TICKS[type.unit]) + (type.utc ? "+00" : "");
  return value.toString();
}

function bytesText(type: LogicalType, value: Uint8Array): string {
  const hex = Buffer.from(value).toString("hex");
  if (type.kind === "bytes") return hex.toUpperCase();
  if (type.kind !== "uuid") return Buffer.from(value).toString("utf8");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Where all digits are decimals DuckDB writes none before the point. */
function decimalText(unscaled: bigint, { precision, scale }: { precision: number; scale: number }): string {
  const shown = precision === scale ? scale : scale + 1;
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(shown, "0");
  const whole = digits.slice(0, digits.length - scale);
  return (unscaled < 0n ? "-" : "") + whole + (scale === 0 ? "" : `.${digits.slice(-scale)}`);
}

/** `fractionDigits` says what is counted: 0 seconds, 3 ms, 6 us, 9 ns. Zeros at the end are not shown. */
function instantText(count: bigint, fractionDigits: number): string {
  const perSecond = 10n ** BigInt(fractionDigits);
  const fraction = ((count % perSecond) + perSecond) % perSecond;
  const seconds = (count - fraction) / perSecond;
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace("T", " ");
  const digits = fraction.toString().padStart(fractionDigits, "0").replace(/0+$/, "");
  return fraction === 0n ? text : `${text}.${digits}`;
}

function literal(text: unknown): string {
  return typeof text === "string" ? `'${text.replaceAll("'", "''")}'` : "NULL";
}

function columnExpression({ type, name }: Field): string {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  if (type.kind === "bytes") return `hex(${quoted})`;
  return type.kind === "float" ? quoted : `${quoted}::VARCHAR`;
}

async function textsOf(fields: readonly Field[]): Promise<unknown[][]> {
  const list = fields.map(columnExpression).join(", ");
  const reader = await connection.runAndReadAll(`SELECT ${list} FROM read_parquet('${path}')`);
  return reader.getRows();
}

function expectedRows(table: Table): unknown[][] {
  return Array.from({ length: table.rowCount }, (_, row) =>
    table.fields.map((field, index) => expectedText(field, table.columns[index]?.[row] ?? null)),
  );
}

describe("DuckDB", () => {
  it("reads back every value of random tables", async () => {
    const options = fc.record({
      compression: fc.constantFrom("zstd" as const, "snappy" as const, "none" as const),
      rowGroupBytes: fc.constantFrom(20_000, 100_000, 16 << 20),
      pageBytes: fc.constantFrom(1000, 1 << 20),
    });
    const property = fc.asyncProperty(anyTable, options, async (table, chosen) => {
      writeFileSync(path, encodeFile(batchesOf(table), { fields: table.fields, ...chosen }));
      expect(await textsOf(table.fields)).toEqual(expectedRows(table));
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it.each(["zstd", "snappy", "none"] as const)(
    "reads back all types compressed with %s",
    async (compression) => {
      for (const spread of ["few", "many", "extreme"] as const) {
        const table = tableOfAllTypes(900, 21, spread);
        const file = encodeFile(batchesOf(table), {
          fields: table.fields,
          compression,
          rowGroupBytes: 150_000,
        });
        writeFileSync(path, file);
        expect(await textsOf(table.fields)).toEqual(expectedRows(table));
      }
    },
  );

  it("sees the declared types and which columns may be null", async () => {
    const table = tableOfAllTypes(1, 1, "few");
    writeFileSync(path, encodeFile(batchesOf(table), { fields: table.fields, compression: "none" }));
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet('${path}')`);
    const types = described.getRows().map((row) => row[1]);
    expect(types.filter((_, index) => index % 2 === 0)).toEqual([
      ..."BOOLEAN TINYINT SMALLINT INTEGER BIGINT UTINYINT USMALLINT UINTEGER UBIGINT FLOAT DOUBLE".split(
        " ",
      ),
      ..."VARCHAR JSON BLOB UUID DATE DECIMAL(1,0) DECIMAL(4,2) DECIMAL(9,9) DECIMAL(10,0)".split(" "),
      ..."DECIMAL(18,6) DECIMAL(19,4) DECIMAL(38,10) TIME TIME TIME_NS".split(" "),
      "TIMESTAMP",
      "TIMESTAMP",
      "TIMESTAMP_NS",
      "TIMESTAMP WITH TIME ZONE",
      "TIMESTAMP WITH TIME ZONE",
    ]);
    const schema = await connection.runAndReadAll(
      `SELECT repetition_type FROM parquet_schema('${path}') WHERE name <> 'schema'`,
    );
    expect(schema.getRows().map(([repetition]) => repetition)).toEqual(
      table.fields.map(({ nullable }) => (nullable ? "OPTIONAL" : "REQUIRED")),
    );
  });

  it("finds every value through statistics, so no bound is too tight", async () => {
    const table = tableOfAllTypes(600, 33, "extreme");
    writeFileSync(
      path,
      encodeFile(batchesOf(table), { fields: table.fields, compression: "none", rowGroupBytes: 20_000 }),
    );
    await connection.run(`CREATE OR REPLACE TEMP TABLE kept AS SELECT * FROM read_parquet('${path}')`);
    for (const { name } of table.fields) {
      const counts = await connection.runAndReadAll(
        `SELECT count(*) FROM kept k WHERE k."${name}" IS NOT NULL AND NOT EXISTS
         (SELECT 1 FROM read_parquet('${path}') p WHERE p."${name}" = k."${name}")`,
      );
      expect([name, counts.getRows()[0]?.[0]]).toEqual([name, 0n]);
      const ends = await connection.runAndReadAll(
        `SELECT min("${name}")::VARCHAR, max("${name}")::VARCHAR FROM kept`,
      );
      const [least, most] = ends.getRows()[0] ?? [];
      const seen = await connection.runAndReadAll(
        `SELECT count(*) > 0 FROM read_parquet('${path}')
         WHERE "${name}" <= ${literal(least)} OR "${name}" >= ${literal(most)}`,
      );
      expect([name, seen.getRows()[0]?.[0]]).toEqual([name, true]);
    }
  });
});
