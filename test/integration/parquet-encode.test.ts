import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Field } from "../../src/columns/column-batch.ts";
import { parseLogicalType } from "../../src/columns/logical-type.ts";
import { ParquetWriter, type ParquetWriterOptions } from "../../src/formats/parquet/encode/file-writer.ts";
import { encodeFile, metadataOf, pagesOf, rawText, readRaw, readText } from "./parquet-encode-readers.ts";
import { anyTable, batchesOf, type Table, tableOfAllTypes, type Value } from "./parquet-encode-tables.ts";

/** Written once by this very call; never written again for this version of the layout. */
const GOLDEN = new URL("../../docs/formats/golden/parquet-v1.parquet", import.meta.url);
const GOLDEN_OPTIONS = {
  compression: "snappy",
  rowGroupBytes: 10_000,
  pageBytes: 400,
  keyValueMetadata: { golden: "1" },
} as const;

const COMPRESSIONS = ["zstd", "snappy", "none"] as const;

/** Multiples of it all begin in the first slot of the dictionary's table. */
const HASH_INVERSE = 0x0e8b2f51n;

interface ChosenOptions {
  readonly compression: (typeof COMPRESSIONS)[number];
  readonly rowGroupBytes: number;
  readonly pageBytes: number;
}

const anyOptions: fc.Arbitrary<ChosenOptions> = fc.record({
  compression: fc.constantFrom(...COMPRESSIONS),
  rowGroupBytes: fc.constantFrom(1, 100, 4000, 100_000, 16 << 20),
  pageBytes: fc.constantFrom(1, 64, 1000, 1 << 20),
});

/** Tiny row groups and pages are for small tables: each page is a call of the compressor. */
const optionsFor = (table: Table, chosen: ChosenOptions): ParquetWriterOptions => {
  const small = table.rowCount <= 500;
  return {
    fields: table.fields,
    compression: chosen.compression,
    rowGroupBytes: small ? chosen.rowGroupBytes : Math.max(chosen.rowGroupBytes, 20_000),
    pageBytes: small ? chosen.pageBytes : Math.max(chosen.pageBytes, 1000),
  };
};

const rawRows = (table: Table): string[][] =>
  Array.from({ length: table.rowCount }, (_, row) =>
    table.fields.map((field, index) => rawText(field, table.columns[index]?.[row] ?? null)),
  );

const readRows = async (file: Uint8Array<ArrayBuffer>): Promise<string[][]> =>
  (await readRaw(file)).map((row) => row.map(readText));

const field = (type: string, nullable = false, name = "value"): Field => ({
  name,
  type: parseLogicalType(type),
  nullable,
});

const oneColumn = (column: Field, values: readonly Value[]): Table => ({
  fields: [column],
  columns: [values],
  rowCount: values.length,
});

describe("ParquetWriter", () => {
  it("writes what hyparquet reads back, value by value", async () => {
    const property = fc.asyncProperty(anyTable, anyOptions, async (table, options) => {
      const file = encodeFile(batchesOf(table), optionsFor(table, options));
      expect(await readRows(file)).toEqual(rawRows(table));
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it.each(["constant", "few", "many", "runs", "extreme"] as const)(
    "writes all types with %s values in several row groups",
    async (spread) => {
      const table = tableOfAllTypes(3000, 7, spread);
      const file = encodeFile(batchesOf(table, [1000, 1700]), {
        fields: table.fields,
        compression: "zstd",
        rowGroupBytes: 350_000,
      });
      expect(metadataOf(file).row_groups.length).toBeGreaterThan(1);
      expect(await readRows(file)).toEqual(rawRows(table));
    },
  );

  it("gives the same bytes however the rows came in batches", () => {
    const property = fc.property(
      anyTable,
      anyOptions,
      fc.array(fc.nat(9000), { maxLength: 6 }),
      (table, options, cuts) => {
        const all = optionsFor(table, options);
        const sorted = cuts.toSorted((left, right) => left - right);
        const whole = encodeFile(batchesOf(table), all);
        expect(Buffer.compare(whole, encodeFile(batchesOf(table, sorted), all))).toBe(0);
      },
    );
    fc.assert(property, { numRuns: 60 });
  });

  it("gives the same bytes again after a reset, also one in the middle of a file", () => {
    const table = tableOfAllTypes(2000, 3, "few");
    const options = { fields: table.fields, compression: "zstd", rowGroupBytes: 100_000 } as const;
    const [batch] = batchesOf(table);
    const fresh = encodeFile(batchesOf(table), options);
    const writer = new ParquetWriter(options, () => undefined);
    if (batch !== undefined) writer.write(batch);
    const chunks: Uint8Array[] = [];
    writer.reset((bytes) => chunks.push(bytes.slice()));
    if (batch !== undefined) writer.write(batch);
    writer.finish();
    expect(Buffer.compare(Buffer.concat(chunks), fresh)).toBe(0);
    expect(writer.rowCount).toBe(2000);
    expect(writer.bytesEstimate).toBe(fresh.length);
  });

  it.each(COMPRESSIONS)("gives every page the CRC of its bytes (%s)", (compression) => {
    const table = tableOfAllTypes(3000, 11, "few");
    const pages = pagesOf(
      encodeFile(batchesOf(table), { fields: table.fields, compression, pageBytes: 2000 }),
    );
    expect(pages.filter((page) => page.type === 2).length).toBeGreaterThan(10);
    expect(pages.map((page) => page.crc)).toEqual(pages.map((page) => crc32(page.bytes) | 0));
  });

  it("writes a valid file without rows", async () => {
    const table = tableOfAllTypes(0, 1, "many");
    const file = encodeFile(batchesOf(table), { fields: table.fields, compression: "zstd" });
    expect(metadataOf(file).num_rows).toBe(0n);
    expect(await readRows(file)).toEqual([]);
  });

  it("writes a value larger than a row group, and rows after it", async () => {
    const huge = Buffer.alloc(20 << 20, "tidemark ");
    const table = oneColumn(field("bytes", true), [Buffer.from("a"), huge, null, Buffer.from("b")]);
    const file = encodeFile(batchesOf(table), { fields: table.fields, compression: "zstd" });
    expect(metadataOf(file).row_groups.map((group) => Number(group.num_rows))).toEqual([1, 1, 2]);
    const rows = await readRaw(file);
    expect(rows.map(([value]) => (value instanceof Uint8Array ? value.length : value))).toEqual([
      1,
      huge.length,
      null,
      1,
    ]);
    expect(readText(rows[1]?.[0]) === huge.toString("hex")).toBe(true);
  });

  it("keeps column names of any characters", () => {
    const names = ["", "a.b", "日本", "with \0 nul", "😀", '"quoted"'];
    const fields = names.map((name) => field("int32", false, name));
    const table: Table = { fields, columns: names.map(() => [1n]), rowCount: 1 };
    const { schema } = metadataOf(encodeFile(batchesOf(table), { fields, compression: "none" }));
    expect(schema.slice(1).map((element) => element.name)).toEqual(names);
  });

  it("writes key-value metadata sorted by key, and its own name alone as the creator", () => {
    const metadata = metadataOf(
      encodeFile([], {
        fields: [field("bool")],
        compression: "none",
        keyValueMetadata: { zeta: "1", "tidemark.plan": "abc", alpha: "ü" },
      }),
    );
    expect(metadata.key_value_metadata).toEqual([
      { key: "alpha", value: "ü" },
      { key: "tidemark.plan", value: "abc" },
      { key: "zeta", value: "1" },
    ]);
    expect(metadata.created_by).toBe("tidemark");
  });

  it("takes a dictionary where values repeat and plain values where they do not", () => {
    const repeated = Array.from({ length: 5000 }, (_, row) => BigInt(row % 100));
    const distinct = Array.from({ length: 5000 }, (_, row) => BigInt(row) * 1_000_003n);
    const fields = [field("int64", false, "repeated"), field("int64", false, "distinct")];
    const table: Table = { fields, columns: [repeated, distinct], rowCount: 5000 };
    const { row_groups } = metadataOf(encodeFile(batchesOf(table), { fields, compression: "none" }));
    const encodings = row_groups[0]?.columns.map((chunk) => chunk.meta_data?.encodings);
    expect(encodings).toEqual([
      ["PLAIN", "RLE", "RLE_DICTIONARY"],
      ["PLAIN", "RLE"],
    ]);
  });

  it("gives up the dictionary on values made to collide in its hash", async () => {
    const harmless = Array.from({ length: 6000 }, (_, row) => BigInt(row % 500));
    const colliding = harmless.map((value) => BigInt.asIntN(32, value * HASH_INVERSE));
    const fields = [field("int32", false, "harmless"), field("int32", false, "colliding")];
    const table: Table = { fields, columns: [harmless, colliding], rowCount: 6000 };
    const file = encodeFile(batchesOf(table), { fields, compression: "none" });
    const chunks = metadataOf(file).row_groups[0]?.columns ?? [];
    expect(chunks.map((chunk) => chunk.meta_data?.dictionary_page_offset !== undefined)).toEqual([
      true,
      false,
    ]);
    expect(await readRows(file)).toEqual(rawRows(table));
  });

  it("refuses a null in a column declared not null", () => {
    const column = field("int32");
    const batches = batchesOf(oneColumn(column, [1n, null]));
    expect(() => encodeFile(batches, { fields: [column], compression: "none" })).toThrow(/declared not null/);
  });

  it("refuses a batch whose column has another type than its field", () => {
    const batches = batchesOf(oneColumn(field("timestamp(ms)"), [1n]));
    expect(() => encodeFile(batches, { fields: [field("timestamp")], compression: "none" })).toThrow(
      /'value' has the type of its field/,
    );
  });

  it("still writes the bytes of the golden file", async () => {
    const table = tableOfAllTypes(60, 1, "few");
    const file = encodeFile(batchesOf(table), { ...GOLDEN_OPTIONS, fields: table.fields });
    const golden = new Uint8Array(readFileSync(GOLDEN));
    expect(await readRows(golden)).toEqual(rawRows(table));
    expect(Buffer.compare(file, golden)).toBe(0);
  });

  it("refuses a time(ms) that does not fit Parquet's INT32, naming the column and not the value", () => {
    const column = field("time(ms)");
    const batches = batchesOf(oneColumn(column, [5n, 1n << 40n]));
    expect(() => encodeFile(batches, { fields: [column], compression: "none" })).toThrowError(
      expect.objectContaining({
        code: "FORMAT_VALUE_OUT_OF_RANGE",
        message: "column value: a value cannot be written as time(ms)",
        details: { column: "value", type: "time(ms)" },
      }),
    );
  });

  it("estimates the file's size from above for rows of one kind", () => {
    const table = tableOfAllTypes(6000, 5, "many");
    const options = { fields: table.fields, compression: "zstd", rowGroupBytes: 100_000 } as const;
    let bytes = 0;
    const writer = new ParquetWriter(options, (chunk) => {
      bytes += chunk.length;
    });
    for (const batch of batchesOf(table, [4500])) writer.write(batch);
    const estimate = writer.bytesEstimate;
    writer.finish();
    expect(estimate).toBeGreaterThanOrEqual(bytes);
    expect(estimate).toBeLessThan(bytes * 1.2);
  });
});
