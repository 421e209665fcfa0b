/** Damaged and hostile bytes: a reader gives rows, failures or a TidemarkError, never anything else, and never without end. */
import fc from "fast-check";
import type { Encoding } from "hyparquet";
import { type BasicType, type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";
import { renderValue } from "../../src/columns/render-value.ts";
import { TidemarkError } from "../../src/core/errors.ts";
import { seededRandom } from "../../src/core/random.ts";
import { ByteWindow, type ReadAt, windowSizes } from "../../src/formats/byte-window.ts";
import { readCsvHeader, startCsv } from "../../src/formats/csv/csv-header.ts";
import { CsvReader } from "../../src/formats/csv/csv-reader.ts";
import { NdjsonReader } from "../../src/formats/ndjson/ndjson-reader.ts";
import { readParquetFooter } from "../../src/formats/parquet/decode/read-footer.ts";
import { RowGroupReader } from "../../src/formats/parquet/decode/row-group-reader.ts";
import type { RecordBatch } from "../../src/formats/record-batch.ts";
import { encodeFile } from "./parquet-encode-readers.ts";
import { batchesOf, tableOfAllTypes } from "./parquet-encode-tables.ts";

const MAX_VALUE_BYTES = 2000;

/** A file in memory whose reads come in pieces of at most `pieceBytes`. */
function readerOf(bytes: Uint8Array, pieceBytes: number): ReadAt {
  return (target, at, length, position) => {
    const part = bytes.subarray(position, position + Math.max(0, Math.min(length, pieceBytes)));
    target.set(part, at);
    return part.length;
  };
}

/** Rows and failures of a record reader, checked to number every record once. */
function drain(reader: { next(): RecordBatch | null }): {
  readonly rows: string[];
  readonly failures: string[];
} {
  const rows: string[] = [];
  const failures: string[] = [];
  let next = 0;
  for (let batch = reader.next(); batch !== null; batch = reader.next()) {
    expect(batch.firstRow).toBe(next);
    next += batch.rowCount + batch.failures.length;
    const numbers = [...batch.rowNumbers, ...batch.failures.map(({ row }) => row)].toSorted((a, b) => a - b);
    expect(numbers).toEqual(
      Array.from({ length: next - batch.firstRow }, (_, index) => batch.firstRow + index),
    );
    for (let row = 0; row < batch.rowCount; row += 1) {
      rows.push(JSON.stringify(batch.columns.map((column) => renderValue(column, row))));
      expect(batch.locate(row).place.length).toBeGreaterThan(0);
    }
    for (const { row, rule, place } of batch.failures)
      failures.push(`${row} ${rule} ${place.offset}+${place.length} line ${place.line}`);
  }
  return { rows, failures };
}

interface Pieces {
  readonly pieceBytes: number;
  readonly blockBytes: number;
}

function readCsv(bytes: Uint8Array, { pieceBytes, blockBytes }: Pieces): unknown {
  const { bytesMax } = windowSizes(MAX_VALUE_BYTES);
  const window = new ByteWindow(readerOf(bytes, pieceBytes), { blockBytes, bytesMax });
  startCsv(window, "f.csv");
  const header = readCsvHeader(window, 0x2c, "f.csv");
  if (header === null) return null;
  const { names } = header;
  const wanted = [...names.keys()];
  const options = {
    file: "f.csv",
    delimiter: ",",
    nullText: null,
    maxValueBytes: MAX_VALUE_BYTES,
    names,
    wanted,
    line: 2,
  };
  return { names, ...drain(new CsvReader(window, options)) };
}

function readNdjson(bytes: Uint8Array, { pieceBytes, blockBytes }: Pieces): unknown {
  const { bytesMax } = windowSizes(MAX_VALUE_BYTES);
  const window = new ByteWindow(readerOf(bytes, pieceBytes), { blockBytes, bytesMax });
  const members = (["text", "json", "bytes"] as const).map((as) => ({
    name: as.slice(0, 1),
    as,
    exactFloat: as === "text",
  }));
  return drain(
    new NdjsonReader(window, { file: "f", maxValueBytes: MAX_VALUE_BYTES, members, wanted: [0, 1, 2] }),
  );
}

/** What a read gives, with our own errors as values; anything else is thrown on. */
function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TidemarkError) || error.code.startsWith("INTERNAL")) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const SMALL: Pieces = { pieceBytes: 3, blockBytes: 16 };
const LARGE: Pieces = { pieceBytes: 1 << 20, blockBytes: 1 << 20 };

const csvText = fc
  .array(
    fc.constantFrom(",", '"', '""', "\n", "\r\n", "\r", "a", "é", "1", "\0", "\uFEFF", "long".repeat(600)),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join("")));

const jsonText = fc
  .array(
    fc.constantFrom(
      '{"t":1',
      ',"j":[1,{"x":null}]',
      ',"b":"AAEC"',
      "}",
      "\n",
      "\r\n",
      '"',
      "\\u00e9",
      "\\ud800",
      "é",
      "{",
      '"t":',
      "1e5",
      ",",
      "true",
      "\0",
      `"${"long".repeat(600)}"`,
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join("")));

test("CSV of any shape is read the same however its bytes arrive", () => {
  const damaged = fc.oneof(
    csvText,
    fc.uint8Array({ maxLength: 200 }).map((tail) => Buffer.concat([Buffer.from("a,b\n"), tail])),
  );
  fc.assert(
    fc.property(damaged, (bytes) => {
      expect(outcome(() => readCsv(bytes, SMALL))).toEqual(outcome(() => readCsv(bytes, LARGE)));
    }),
    { numRuns: 4000 },
  );
});

test("NDJSON of any shape is read the same however its bytes arrive", () => {
  const damaged = fc.oneof(
    jsonText,
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(damaged, (bytes) => {
      expect(outcome(() => readNdjson(bytes, SMALL))).toEqual(outcome(() => readNdjson(bytes, LARGE)));
    }),
    { numRuns: 4000 },
  );
});

function readParquet(bytes: Uint8Array): number {
  const read = readerOf(bytes, 1 << 20);
  const footer = readParquetFooter(read, bytes.length, "f.parquet");
  let rows = 0;
  for (const rowGroup of footer.rowGroups.keys()) {
    const options = {
      read,
      file: "f.parquet",
      footer,
      rowGroup,
      columns: footer.columns,
      maxValueBytes: MAX_VALUE_BYTES,
    };
    const reader = new RowGroupReader(options);
    for (let batch = reader.next(); batch !== null; batch = reader.next()) rows += batch.rowCount;
  }
  return rows;
}

/** One page checksum catches nearly all damage; to reach the decoders behind it there are files without checksums too. */
function withoutChecksums(codec: "UNCOMPRESSED" | "SNAPPY"): Uint8Array {
  const ints = Array.from({ length: 400 }, (_, row) => (row % 9 === 4 ? null : (row * 7919) % 1009));
  const column = (
    encoding: Encoding,
    type: BasicType,
    convert: (value: number) => unknown,
  ): ColumnSource => ({
    name: `${type} ${encoding}`,
    type,
    encoding,
    nullable: true,
    data: ints.map((value) => (value === null ? null : convert(value))),
  });
  const columnData = [
    column("PLAIN", "BOOLEAN", (value) => value % 2 === 0),
    column("RLE", "BOOLEAN", (value) => value % 2 === 0),
    column("RLE_DICTIONARY", "INT32", (value) => value % 7),
    column("DELTA_BINARY_PACKED", "INT32", (value) => value),
    column("DELTA_BINARY_PACKED", "INT64", (value) => BigInt(value) ** 5n),
    column("BYTE_STREAM_SPLIT", "DOUBLE", (value) => value / 3),
    column("PLAIN", "STRING", String),
    column("RLE_DICTIONARY", "STRING", (value) => String(value % 9)),
    column("DELTA_LENGTH_BYTE_ARRAY", "STRING", String),
    column("DELTA_BYTE_ARRAY", "STRING", String),
    column("PLAIN", "TIMESTAMP", (value) => new Date(value)),
    column("PLAIN", "JSON", (value) => ({ value })),
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData, codec, pageSize: 500, statistics: false }));
}

const table = tableOfAllTypes(20, 21, "few");
const checked = encodeFile(batchesOf(table), { fields: table.fields, compression: "zstd" });
const written = [checked, withoutChecksums("UNCOMPRESSED"), withoutChecksums("SNAPPY")];

test("Parquet with bytes overwritten is refused or read, never anything else", () => {
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom(...written), fc.boolean(), (seed, original, inFooter) => {
      const random = seededRandom(seed);
      const bytes = Uint8Array.from(original);
      const footerAt = bytes.length - 8 - new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
      const [from, to] = inFooter ? [footerAt, bytes.length - 4] : [4, footerAt];
      for (let count = 1 + Math.floor(random.next() * 4); count > 0; count -= 1)
        bytes[from + Math.floor(random.next() * (to - from))] = Math.floor(random.next() * 256);
      outcome(() => readParquet(bytes));
    }),
    { numRuns: 12000 },
  );
});

test("Parquet cut off anywhere is refused", () => {
  const original = checked;
  fc.assert(
    fc.property(fc.nat(original.length - 1), (size) => {
      expect(outcome(() => readParquet(original.subarray(0, size)))).toMatch(/^FORMAT_CORRUPT/);
    }),
    { numRuns: 300 },
  );
});
