/** Parquet files of hyparquet-writer and parquet-wasm, in every version, codec and encoding they offer, read back equal. */
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import {
  tableToIPC,
  vectorFromArray,
  Utf8,
  Table as ArrowTable,
  Int64,
  Float64,
  Binary,
  Bool,
  FixedSizeBinary,
} from "apache-arrow";
import type { CompressionCodec, Encoding, SchemaElement } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import {
  Compression,
  Encoding as WasmEncoding,
  Table as WasmTable,
  WriterPropertiesBuilder,
  WriterVersion,
  writeParquet,
} from "parquet-wasm";
import { describe, expect, test } from "vitest";
import { renderValue } from "../../src/columns/render-value.ts";
import type { ReadAt } from "../../src/formats/byte-window.ts";
import { readParquetFooter } from "../../src/formats/parquet/decode/read-footer.ts";
import { RowGroupReader } from "../../src/formats/parquet/decode/row-group-reader.ts";
import { DataFolder, readFolder } from "./files-source-harness.ts";

const CODECS: Partial<Record<CompressionCodec, (input: Uint8Array) => Uint8Array>> = {
  GZIP: (input) => gzipSync(input),
  BROTLI: (input) => brotliCompressSync(input),
  ZSTD: (input) => zstdCompressSync(input),
};

const COUNT = 4000;
const ints = Array.from({ length: COUNT }, (_, row) => ((row * 2_654_435_761) % 1_000_003) | 0);
const longs = ints.map((value, row) => BigInt(value) * 9_007_199_254_741n * (row % 2 === 0 ? 1n : -1n));
const doubles = ints.map((value) => value / 7);
const strings = ints.map((value) => `key/${String(value % 1000).padStart(4, "0")}/${value}`);
const holes = <T>(values: readonly T[]): (T | null)[] =>
  values.map((value, row) => (row % 5 === 2 || row % 97 < 40 ? null : value));

describe("hyparquet-writer", () => {
  const cases: readonly (readonly [
    Encoding,
    "INT32" | "INT64" | "DOUBLE" | "STRING" | "BOOLEAN",
    readonly unknown[],
  ])[] = [
    ["PLAIN", "INT32", ints],
    ["RLE_DICTIONARY", "INT32", ints.map((value) => value % 300)],
    ["DELTA_BINARY_PACKED", "INT32", ints],
    ["BYTE_STREAM_SPLIT", "INT32", ints],
    ["DELTA_BINARY_PACKED", "INT64", longs],
    ["BYTE_STREAM_SPLIT", "INT64", longs],
    ["BYTE_STREAM_SPLIT", "DOUBLE", doubles],
    ["DELTA_LENGTH_BYTE_ARRAY", "STRING", strings],
    ["DELTA_BYTE_ARRAY", "STRING", strings.toSorted()],
    ["RLE_DICTIONARY", "STRING", strings.map((value) => value.slice(0, 8))],
    ["RLE", "BOOLEAN", ints.map((value) => value % 3 === 0)],
    ["PLAIN", "BOOLEAN", ints.map((value) => value % 3 === 0)],
  ];

  test.each(cases)("%s of %s, with and without nulls, over many pages", async (encoding, type, values) => {
    for (const codec of ["SNAPPY", "UNCOMPRESSED", "GZIP", "BROTLI", "ZSTD"] as const) {
      const data = holes(values);
      const buffer = parquetWriteBuffer({
        columnData: [
          { name: "full", data: [...values], type, encoding, nullable: false },
          { name: "holes", data, type, encoding, nullable: true },
        ],
        codec,
        compressors: CODECS,
        pageSize: 2000,
        rowGroupSize: 1500,
      });
      using folder = new DataFolder().write("t.parquet", new Uint8Array(buffer));
      const { rows, failures } = await readFolder(folder, "t.parquet");
      expect(failures).toEqual([]);
      expect(rows).toEqual(values.map((value, row) => [String(value), shown(data[row])]));
    }
  });

  test("decimals in every physical type, and the older annotations", async () => {
    const decimal = (name: string, more: Partial<SchemaElement>): SchemaElement => ({
      name,
      repetition_type: "OPTIONAL",
      ...more,
    });
    const bigEndian = (value: bigint, width: number): Uint8Array =>
      Uint8Array.from({ length: width }, (_, index) =>
        Number((value >> BigInt(8 * (width - 1 - index))) & 0xffn),
      );
    const unscaled = [0n, -1n, 12345n, -99999n, 2147483647n, null];
    const fixed = (width: number): (Uint8Array | null)[] =>
      unscaled.map((value) => (value === null ? null : bigEndian(value, width)));
    const columns = [
      {
        element: decimal("i32", { type: "INT32", precision: 9 }),
        data: unscaled.map((value) => (value === null ? null : Number(value))),
      },
      { element: decimal("i64", { type: "INT64", precision: 18 }), data: unscaled },
      { element: decimal("narrow", { type: "INT64", precision: 9 }), data: unscaled },
      { element: decimal("wide", { type: "INT64", precision: 20 }), data: unscaled },
      {
        element: decimal("fixed5", { type: "FIXED_LEN_BYTE_ARRAY", type_length: 5, precision: 11 }),
        data: fixed(5),
      },
      {
        element: decimal("fixed16", { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, precision: 38 }),
        data: fixed(16),
      },
      {
        element: decimal("fixed20", { type: "FIXED_LEN_BYTE_ARRAY", type_length: 20, precision: 38 }),
        data: fixed(20),
      },
      { element: decimal("bytes", { type: "BYTE_ARRAY", precision: 38 }), data: fixed(6) },
    ];
    const times: readonly (readonly [SchemaElement, unknown[]])[] = [
      [
        { name: "ms", type: "INT64", converted_type: "TIMESTAMP_MILLIS", repetition_type: "OPTIONAL" },
        [0n, 1n, -1n, null, 5n, 6n],
      ],
      [
        { name: "tod", type: "INT32", converted_type: "TIME_MILLIS", repetition_type: "OPTIONAL" },
        [0, 1, 86_399_999, null, 5, 6],
      ],
      [
        { name: "u8", type: "INT32", converted_type: "UINT_8", repetition_type: "OPTIONAL" },
        [0, 1, 255, null, 5, 6],
      ],
    ];
    // The writer scales annotated decimals itself; stored values are written without, and the annotation added to what is read.
    const plain = columns.map(({ element }) => element);
    const buffer = parquetWriteBuffer({
      columnData: [
        ...columns.map(({ element, data }) => ({ name: element.name, data })),
        ...times.map(([{ name }, data]) => ({ name, data })),
      ],
      schema: [{ name: "root", num_children: 11 }, ...plain, ...times.map(([element]) => element)],
    });
    const bytes = new Uint8Array(buffer);
    const footer = readParquetFooter(readerOf(bytes), bytes.length, "t");
    const annotated = footer.columns.map((column, index) => {
      const precision = columns[index]?.element.precision;
      return precision === undefined
        ? column
        : { ...column, field: { ...column.field, type: { kind: "decimal" as const, precision, scale: 2 } } };
    });
    const reader = new RowGroupReader({
      read: readerOf(bytes),
      file: "t",
      footer,
      rowGroup: 0,
      columns: annotated,
      maxValueBytes: 1000,
    });
    const batch = reader.next();
    const texts = ["0.00", "-0.01", "123.45", "-999.99", "21474836.47", null];
    for (let column = 0; column < columns.length; column += 1)
      expect(unscaled.map((_, row) => batch && textAt(batch.columns[column], row))).toEqual(texts);
    expect(
      [0, 1, 2, 3].map((row) => batch?.columns.slice(8).map((column) => renderValue(column, row))),
    ).toEqual([
      ["1970-01-01T00:00:00.000Z", "00:00:00.000", "0"],
      ["1970-01-01T00:00:00.001Z", "00:00:00.001", "1"],
      ["1969-12-31T23:59:59.999Z", "23:59:59.999", "255"],
      [null, null, null],
    ]);
  });

  test("INT96 is a timestamp of nanoseconds; what 64 bits do not hold is refused", () => {
    const int96 = (days: number, nanos: bigint): Uint8Array => {
      const view = new DataView(new ArrayBuffer(12));
      view.setBigInt64(0, nanos, true);
      view.setUint32(8, 2_440_588 + days, true);
      return new Uint8Array(view.buffer);
    };
    const data = [int96(0, 1n), null, int96(-1, 86_399_999_999_999n), int96(-719_162, 0n)];
    const buffer = parquetWriteBuffer({
      columnData: [{ name: "at", data }],
      schema: [
        { name: "root", num_children: 1 },
        { name: "at", type: "FIXED_LEN_BYTE_ARRAY", type_length: 12, repetition_type: "OPTIONAL" },
      ],
    });
    const bytes = new Uint8Array(buffer);
    const footer = readParquetFooter(readerOf(bytes), bytes.length, "t");
    const type = { kind: "timestamp" as const, unit: "ns" as const, utc: false };
    const columns = footer.columns.map((column) => ({
      ...column,
      physical: "INT96" as const,
      field: { ...column.field, type },
    }));
    const batch = new RowGroupReader({
      read: readerOf(bytes),
      file: "t",
      footer,
      rowGroup: 0,
      columns,
      maxValueBytes: 1000,
    }).next();
    expect([0, 1, 2].map((row) => textAt(batch?.columns[0], row))).toEqual([
      "1970-01-01T00:00:00.000000001",
      null,
      "1969-12-31T23:59:59.999999999",
    ]);
    expect(batch?.failures.map(({ row, rule }) => [row, rule])).toEqual([[3, "range"]]);
  });
});

describe("parquet-wasm", () => {
  const table = new ArrowTable({
    long: vectorFromArray(longs, new Int64()),
    longN: vectorFromArray(holes(longs), new Int64()),
    double: vectorFromArray(holes(doubles), new Float64()),
    text: vectorFromArray(holes(strings), new Utf8()),
    raw: vectorFromArray(
      holes(strings).map((value) => (value === null ? null : Buffer.from(value))),
      new Binary(),
    ),
    fixed: vectorFromArray(
      ints.map((value) => Uint8Array.from([value & 255, (value >> 8) & 255, 7])),
      new FixedSizeBinary(3),
    ),
    flag: vectorFromArray(holes(ints.map((value) => value % 2 === 0)), new Bool()),
  });
  const expected = longs.map((value, row) => {
    const hole = <T>(values: readonly T[]): T | null => holes(values)[row] ?? null;
    const [text, flag, double] = [
      hole(strings),
      row % 5 === 2 || row % 97 < 40 ? null : (ints[row] ?? 0) % 2 === 0,
      hole(doubles),
    ];
    const fixed = Buffer.from([(ints[row] ?? 0) & 255, ((ints[row] ?? 0) >> 8) & 255, 7]).toString("hex");
    return [
      String(value),
      shown(hole(longs)),
      shown(double),
      text,
      text === null ? null : `\\x${Buffer.from(text).toString("hex")}`,
      `\\x${fixed}`,
      shown(flag),
    ];
  });

  test.each([
    [WriterVersion.V1, Compression.SNAPPY, true],
    [WriterVersion.V2, Compression.LZ4_RAW, true],
    [WriterVersion.V2, Compression.BROTLI, false],
    [WriterVersion.V1, Compression.GZIP, false],
    [WriterVersion.V2, Compression.ZSTD, false],
    [WriterVersion.V2, Compression.UNCOMPRESSED, false],
  ])("writer version %i, compression %i, dictionary %s", async (version, compression, dictionary) => {
    let properties = new WriterPropertiesBuilder()
      .setWriterVersion(version)
      .setCompression(compression)
      .setDictionaryEnabled(dictionary)
      .setDataPageSizeLimit(3000)
      .setWriteBatchSize(128)
      .setMaxRowGroupSize(1700);
    if (!dictionary)
      properties = properties
        .setColumnEncoding("long", WasmEncoding.DELTA_BINARY_PACKED)
        .setColumnEncoding("double", WasmEncoding.BYTE_STREAM_SPLIT)
        .setColumnEncoding("text", WasmEncoding.DELTA_BYTE_ARRAY)
        .setColumnEncoding("raw", WasmEncoding.DELTA_LENGTH_BYTE_ARRAY);
    const bytes = writeParquet(WasmTable.fromIPCStream(tableToIPC(table, "stream")), properties.build());
    using folder = new DataFolder().write("t.parquet", bytes);
    const { rows, failures } = await readFolder(folder, "t.parquet");
    expect(failures).toEqual([]);
    expect(rows.length).toBe(COUNT);
    for (const [row, values] of rows.entries()) expect(values).toEqual(expected[row]);
  });

  test("unannotated bytes are text where that is declared", async () => {
    const bytes = writeParquet(
      WasmTable.fromIPCStream(tableToIPC(table.select(["raw"]), "stream")),
      new WriterPropertiesBuilder().build(),
    );
    using folder = new DataFolder().write("t.parquet", bytes);
    const { rows } = await readFolder(folder, "t.parquet", { columns: { raw: "text" } });
    expect(rows.map(([text]) => text)).toEqual(holes(strings));
  });
});

function readerOf(bytes: Uint8Array): ReadAt {
  return (target, at, length, position) => {
    const part = bytes.subarray(position, position + Math.max(0, length));
    target.set(part, at);
    return part.length;
  };
}

function textAt(
  column: Parameters<typeof renderValue>[0] | undefined,
  row: number,
): string | null | undefined {
  return column === undefined ? undefined : renderValue(column, row);
}

/** The values of these tests have plain texts. */
function shown(item: unknown): string | null {
  return item === null ? null : `${item as string | number | bigint | boolean}`;
}
