/** What the encoders write, the files source reads back, value by value; DuckDB reads the same. */
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ColumnBatch } from "../../src/columns/column-batch.ts";
import { formatLogicalType } from "../../src/columns/logical-type.ts";
import { renderValue } from "../../src/columns/render-value.ts";
import { CsvWriter } from "../../src/formats/csv/csv-writer.ts";
import { NdjsonWriter } from "../../src/formats/ndjson/ndjson-writer.ts";
import { DataFolder, readFolder } from "./files-source-harness.ts";
import { encodeFile } from "./parquet-encode-readers.ts";
import { anyTable, batchesOf, type Table, tableOfAllTypes } from "./parquet-encode-tables.ts";

type Format = "csv" | "ndjson" | "parquet";
const FORMATS: readonly Format[] = ["csv", "ndjson", "parquet"];

function encode(format: Format, table: Table, cuts: readonly number[] = []): Uint8Array {
  const batches = batchesOf(table, cuts);
  const { fields } = table;
  if (format === "parquet") return encodeFile(batches, { fields, compression: "zstd", pageBytes: 4096 });
  const chunks: Uint8Array[] = [];
  const output = (bytes: Uint8Array): number => chunks.push(Uint8Array.from(bytes));
  const writer =
    format === "csv"
      ? new CsvWriter({ fields, header: true, delimiter: "," }, output)
      : new NdjsonWriter({ fields }, output);
  for (const batch of batches) writer.write(batch);
  writer.finish();
  expect(writer.rowCount).toBe(table.rowCount);
  const bytes = Buffer.concat(chunks);
  expect(writer.bytesEstimate).toBe(bytes.length);
  return bytes;
}

function texts(batches: readonly ColumnBatch[]): (string | null)[][] {
  return batches.flatMap((batch) =>
    Array.from({ length: batch.rowCount }, (_, row) =>
      batch.columns.map((column) => renderValue(column, row)),
    ),
  );
}

/** Columns declared as they are, so that text formats give the types back. */
function declarations({ fields }: Table): Record<string, string> {
  return Object.fromEntries(
    fields.map(({ name, type, nullable }) => [name, `${formatLogicalType(type)}${nullable ? "" : "!"}`]),
  );
}

async function readBack(format: Format, table: Table, bytes: Uint8Array): Promise<void> {
  using folder = new DataFolder();
  const file = `t.${format}`;
  folder.write(file, bytes);
  const columns = format === "parquet" ? {} : declarations(table);
  const { rows, failures, description } = await readFolder(folder, file, { columns });
  expect(failures).toEqual([]);
  expect(description.columns.map(({ field }) => field)).toEqual(table.fields);
  expect(rows).toEqual(texts(batchesOf(table)));
}

describe.each(FORMATS)("%s", (format) => {
  test("random tables are read back value by value", async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async (table) => readBack(format, table, encode(format, table))),
      { numRuns: 25 },
    );
  });

  test("every type survives its extremes", async () => {
    const table = tableOfAllTypes(500, 7, "extreme");
    await readBack(format, table, encode(format, table));
  });

  test("the bytes do not depend on how rows come in batches", () => {
    const table = tableOfAllTypes(200, 3, "few");
    expect(Buffer.compare(encode(format, table), encode(format, table, [1, 8, 77, 199]))).toBe(0);
  });
});

/** Types whose text DuckDB writes as we do. */
const SHARED = {
  csv: /^c\d+ (int64|uint64|decimal.*|date|bool|float64|text)$/,
  // DuckDB takes JSON numbers for doubles before it makes them decimals: only short ones survive that.
  ndjson: /^c\d+ (int64|uint64|decimal\([149],\d\)|date|bool|float64|text)$/,
};

test.each(["csv", "ndjson"] as const)("DuckDB reads our %s as we do", async (format) => {
  const all = tableOfAllTypes(300, 11, "many");
  const picked = all.fields.flatMap((field, index) => (SHARED[format].test(field.name) ? [index] : []));
  const table: Table = {
    rowCount: all.rowCount,
    fields: picked.flatMap((index) => all.fields[index] ?? []),
    columns: picked.map((index) => all.columns[index] ?? []),
  };
  using folder = new DataFolder();
  folder.write(`t.${format}`, encode(format, table));
  const connection = await (await DuckDBInstance.create()).connect();
  const types = table.fields
    .map(({ name, type }) => `'${name}': '${duckType(formatLogicalType(type))}'`)
    .join(",");
  const read =
    format === "csv"
      ? `read_csv('${folder.path("t.csv")}', header=true, nullstr='', allow_quoted_nulls=false, columns={${types}})`
      : `read_json('${folder.path("t.ndjson")}', format='newline_delimited', columns={${types}})`;
  const select = table.fields.map(({ name, type }) => castOf(name, formatLogicalType(type))).join(",");
  const result = await connection.runAndReadAll(`SELECT ${select} FROM ${read}`);
  connection.closeSync();
  const ours = texts(batchesOf(table));
  expect(result.getRows().length).toBe(table.rowCount);
  for (const [row, values] of result.getRows().entries())
    expect(values.map((value, index) => normal(value, index, table))).toEqual(
      ours[row]?.map((value, index) => normal(value, index, table)),
    );
});

function duckType(type: string): string {
  return (
    { int64: "BIGINT", uint64: "UBIGINT", bool: "BOOLEAN", float64: "DOUBLE", text: "VARCHAR" }[type] ??
    type.toUpperCase()
  );
}

function castOf(name: string, type: string): string {
  return type === "float64" ? `"${name}"` : `"${name}"::VARCHAR`;
}

function normal(value: unknown, index: number, { fields }: Table): unknown {
  if (value === null) return null;
  const { kind } = fields[index]?.type ?? {};
  if (kind === "float") return Number(value);
  // DuckDB writes decimals below 1 without their leading zero.
  return kind === "decimal" ? (value as string).replace(/^(-?)\./, "$10.") : value;
}
