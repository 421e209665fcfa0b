import { crc32 } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Column, type ColumnBatch, columnBatch, type Field } from "./column-batch.ts";
import { ColumnChecksums, type ColumnDigest } from "./column-checksum.ts";
import { parseLogicalType } from "./logical-type.ts";

const field = (type: string): Field => ({ name: type, type: parseLogicalType(type), nullable: true });

const bitmap = (bits: readonly boolean[]): Uint8Array => {
  const bytes = new Uint8Array((bits.length + 7) >> 3);
  for (const [index, bit] of bits.entries())
    if (bit) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  return bytes;
};

const hex = (value: number): string => value.toString(16).padStart(8, "0");
const common = (
  type: string,
  values: readonly unknown[],
): Pick<Column, "type" | "rowCount" | "validity" | "nullCount"> => {
  const nullCount = values.filter((value) => value === null).length;
  return {
    type: parseLogicalType(type),
    rowCount: values.length,
    validity: nullCount === 0 ? null : bitmap(values.map((value) => value !== null)),
    nullCount,
  };
};

const int16 = (values: readonly (number | null)[]): Column => ({
  ...common("int16", values),
  layout: "fixed",
  values: Int16Array.from(values, (value) => value ?? 99),
});

const bools = (values: readonly (boolean | null)[]): Column => ({
  ...common("bool", values),
  layout: "bits",
  values: bitmap(values.map((value) => value !== false)),
});

const texts = (values: readonly (string | null)[]): Column => {
  const parts = values.map((value) => Buffer.from(value ?? ""));
  const offsets = Int32Array.of(3, ...values.map(() => 0));
  for (const [index, part] of parts.entries()) offsets[index + 1] = (offsets[index] ?? 0) + part.length;
  const bytes = Buffer.concat([Buffer.from("..."), ...parts]);
  return { ...common("text", values), layout: "varlen", offsets, bytes };
};

const FIELDS = [field("int16"), field("bool"), field("text")];

type Row = readonly [number | null, boolean | null, string | null];

const batchOf = (rows: readonly Row[]): ColumnBatch =>
  columnBatch(FIELDS, [
    int16(rows.map(([value]) => value)),
    bools(rows.map(([, value]) => value)),
    texts(rows.map(([, , value]) => value)),
  ]);

const checksumsOf = (batches: readonly ColumnBatch[]): string[] => {
  const sums = new ColumnChecksums(FIELDS);
  for (const batch of batches) sums.update(batch);
  return sums.finish().map(({ checksum }) => checksum);
};

const checksumOfTexts = (...values: (string | null)[]): string | undefined =>
  checksumsOf([batchOf(values.map((value) => [0, true, value] as const))])[2];

const digestsOf = (column: Column): readonly ColumnDigest[] => {
  const sums = new ColumnChecksums([field("int16")]);
  sums.update(columnBatch([field("int16")], [column]));
  return sums.finish();
};

const anyRows = fc.array(
  fc.tuple(
    fc.option(fc.integer({ min: -32768, max: 32767 })),
    fc.option(fc.boolean()),
    fc.option(fc.string({ maxLength: 5 })),
  ),
  { maxLength: 50 },
);

describe("column checksums", () => {
  it("are the same however rows come in batches", () => {
    const property = fc.property(anyRows, fc.nat(50), (rows, cut) => {
      expect(checksumsOf([batchOf(rows.slice(0, cut)), batchOf(rows.slice(cut))])).toEqual(
        checksumsOf([batchOf(rows)]),
      );
    });
    fc.assert(property);
  });

  it("are CRC-32 over values, lengths and null rows, as documented", () => {
    const batch = batchOf([
      [1, true, "ab"],
      [null, null, null],
      [-2, false, ""],
    ]);
    const nullRows = hex(crc32(Uint8Array.of(1, 0, 0, 0)));
    const none = "00000000";
    expect(checksumsOf([batch])).toEqual([
      hex(crc32(Uint8Array.of(1, 0, 0xfe, 0xff))) + none + nullRows,
      hex(crc32(Uint8Array.of(1, 0))) + none + nullRows,
      hex(crc32(Buffer.from("ab"))) + hex(crc32(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0))) + nullRows,
    ]);
  });

  it("are zero for no rows", () => {
    expect(checksumsOf([])).toEqual(["0".repeat(24), "0".repeat(24), "0".repeat(24)]);
  });

  it("count nulls over all batches", () => {
    const sums = new ColumnChecksums(FIELDS);
    sums.update(batchOf([[null, true, ""]]));
    sums.update(batchOf([[null, null, "x"]]));
    expect(sums.finish().map(({ nulls }) => nulls)).toEqual([2, 1, 0]);
  });

  it("differ when text moves from one value to the next, and when an empty text becomes null", () => {
    expect(checksumOfTexts("ab", "c")).not.toBe(checksumOfTexts("a", "bc"));
    expect(checksumOfTexts("", "x")).not.toBe(checksumOfTexts(null, "x"));
    expect(checksumOfTexts(null, "x")).not.toBe(checksumOfTexts("x", null));
  });

  it("do not see what lies under a null", () => {
    const column = int16([5, null]);
    const other: Column = { ...column, layout: "fixed", values: Int16Array.of(5, -7) };
    expect(digestsOf(column)).toEqual(digestsOf(other));
  });

  it("refuse a varlen column whose null rows have bytes", () => {
    const column = { ...texts(["ab", "c"]), validity: Uint8Array.of(1), nullCount: 1 };
    const sums = new ColumnChecksums([field("text")]);
    expect(() => sums.update(columnBatch([field("text")], [column]))).toThrow(/null row 1/);
  });
});
