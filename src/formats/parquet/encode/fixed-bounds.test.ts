import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLogicalType } from "../../../columns/logical-type.ts";
import { boolBounds, fixedBounds } from "./fixed-bounds.ts";
import { type ParquetColumn, parquetColumnOf } from "./schema.ts";
import { type Bounds, NO_BOUNDS } from "./statistics.ts";

const column = (type: string): ParquetColumn =>
  parquetColumnOf({ name: "value", type: parseLogicalType(type), nullable: false });

const wordsOf = (values: { readonly buffer: ArrayBuffer }): Int32Array => new Int32Array(values.buffer);

const ends = ({ min, max }: Bounds): (string | undefined)[] =>
  [min, max].map((bound) => (bound === undefined ? undefined : Buffer.from(bound.bytes).toString("hex")));

const hex = (array: { readonly buffer: ArrayBuffer }): string => Buffer.from(array.buffer).toString("hex");

const bigEndian = (value: bigint): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(BigInt.asUintN(128, value).toString(16).padStart(32, "0"), "hex"));

const one = (value: bigint | undefined): string => hex(BigInt64Array.of(value ?? 0n));

describe("bounds of fixed-width values", () => {
  it("order 64-bit integers by their sign, or without", () => {
    const property = fc.property(
      fc.array(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), { minLength: 1 }),
      (values) => {
        const words = wordsOf(BigInt64Array.from(values));
        const signed = values.toSorted((left, right) => (left < right ? -1 : 1));
        expect(ends(fixedBounds(column("int64"), words, values.length))).toEqual([
          one(signed[0]),
          one(signed.at(-1)),
        ]);
        const unsigned = values
          .map((value) => BigInt.asUintN(64, value))
          .toSorted((a, b) => (a < b ? -1 : 1));
        expect(ends(fixedBounds(column("uint64"), words, values.length))).toEqual([
          one(unsigned[0]),
          one(unsigned.at(-1)),
        ]);
      },
    );
    fc.assert(property);
  });

  it("order 32-bit integers by their sign, or without", () => {
    const words = Int32Array.of(5, -1, 7, -3);
    expect(ends(fixedBounds(column("int32"), words, 4))).toEqual(["fdffffff", "07000000"]);
    expect(ends(fixedBounds(column("uint32"), words, 4))).toEqual(["05000000", "ffffffff"]);
  });

  it("order wide decimals as signed big-endian numbers, uuids as unsigned bytes", () => {
    const property = fc.property(
      fc.array(fc.bigInt(-(10n ** 38n), 10n ** 38n), { minLength: 1 }),
      (values) => {
        const bytes = new Uint8Array(Buffer.concat(values.map(bigEndian)));
        const sorted = values.toSorted((left, right) => (left < right ? -1 : 1));
        const words = wordsOf(bytes);
        const edges = [sorted[0] ?? 0n, sorted.at(-1) ?? 0n].map((value) => hex(bigEndian(value)));
        expect(ends(fixedBounds(column("decimal(38,2)"), words, values.length))).toEqual(edges);
        const texts = values.map((value) => hex(bigEndian(value))).toSorted();
        expect(ends(fixedBounds(column("uuid"), words, values.length))).toEqual([texts[0], texts.at(-1)]);
      },
    );
    fc.assert(property);
  });

  it("leave NaN out of floats, and zeros cover both signs", () => {
    const values = Float64Array.of(Number.NaN, 0, 1.5, Number.NaN);
    expect(ends(fixedBounds(column("float64"), wordsOf(values), 4))).toEqual([
      hex(Float64Array.of(-0)),
      hex(Float64Array.of(1.5)),
    ]);
    const zeros = Float32Array.of(-0, -2);
    expect(ends(fixedBounds(column("float32"), wordsOf(zeros), 2))).toEqual([
      hex(Float32Array.of(-2)),
      hex(Float32Array.of(0)),
    ]);
  });

  it("hold infinities", () => {
    const values = Float64Array.of(Number.POSITIVE_INFINITY, Number.NaN);
    const [infinity] = [hex(Float64Array.of(Number.POSITIVE_INFINITY))];
    expect(ends(fixedBounds(column("float64"), wordsOf(values), 2))).toEqual([infinity, infinity]);
  });

  it("are absent where there is no value, or NaN alone", () => {
    expect(fixedBounds(column("int64"), new Int32Array(0), 0)).toBe(NO_BOUNDS);
    expect(fixedBounds(column("float64"), wordsOf(Float64Array.of(Number.NaN)), 1)).toBe(NO_BOUNDS);
    expect(boolBounds(0, 0)).toBe(NO_BOUNDS);
  });

  it("put false before true", () => {
    expect(ends(boolBounds(3, 1))).toEqual(["00", "01"]);
    expect(ends(boolBounds(3, 3))).toEqual(["01", "01"]);
    expect(ends(boolBounds(3, 0))).toEqual(["00", "00"]);
  });
});
