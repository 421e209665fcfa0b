import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TidemarkError } from "../../core/errors.ts";
import { isValid } from "../column-batch.ts";
import { type LogicalType, parseLogicalType } from "../logical-type.ts";
import { renderValue } from "../render-value.ts";
import { selectColumnRows } from "../select-rows.ts";
import { type ColumnBuilder, createColumnBuilder } from "./column-builder.ts";
import { readInt128, writeInt128 } from "./int128.ts";

/** Appends the n-th of a run of values that differ from one another. */
function appendNth(builder: ColumnBuilder, nth: number): void {
  switch (builder.kind) {
    case "int":
      return builder.appendInt(nth);
    case "bigint":
      return nth % 2 === 0 ? builder.appendInt(nth) : builder.appendBigInt(BigInt(nth));
    case "float":
      return builder.appendFloat(nth / 2);
    case "bits":
      return builder.appendBool(nth % 2 === 1);
    case "fixed16":
      return builder.appendBigInt(BigInt(nth));
    case "varlen":
      return nth % 3 === 0
        ? builder.appendBytes(Buffer.from(`x${nth}`), 0, `x${nth}`.length)
        : builder.appendText(`ü${nth}`);
  }
}

function append(builder: ColumnBuilder, row: number, isValue: boolean): void {
  if (isValue) appendNth(builder, row);
  else builder.appendNull();
}

const TYPES = [
  "int8",
  "date",
  "int64",
  "time",
  "decimal(18,2)",
  "decimal(38,2)",
  "float32",
  "float64",
  "bool",
  "text",
  "bytes",
];

describe.each(TYPES)("a builder of %s", (name) => {
  const type: LogicalType = parseLogicalType(name);

  test("grows, keeps nulls apart, and is the same after a reset", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 120 }), fc.nat(9), (valid, capacity) => {
        const reused = createColumnBuilder(type, capacity);
        for (let row = 0; row < 37; row += 1) append(reused, row, row % 2 === 1);
        reused.build();
        reused.reset();
        const fresh = createColumnBuilder(type, 1000);
        for (const builder of [reused, fresh])
          for (const [row, isValue] of valid.entries()) append(builder, row, isValue);
        const [left, right] = [reused.build(), fresh.build()];
        expect(left).toEqual(right);
        expect(left.rowCount).toBe(valid.length);
        expect(left.nullCount).toBe(valid.filter((isValue) => !isValue).length);
        expect(left.validity === null).toBe(left.nullCount === 0);
        expect(valid.map((_, row) => isValid(left, row))).toEqual(valid);
      }),
      { numRuns: 40 },
    );
  });

  test("rows taken out of its column are those rows", () => {
    const builder = createColumnBuilder(type, 4);
    for (let row = 0; row < 50; row += 1) append(builder, row, row % 7 !== 3);
    const column = builder.build();
    const keep = Int32Array.of(49, 3, 0, 3, 10, 48);
    const selected = selectColumnRows(column, keep);
    expect([...keep.keys()].map((row) => renderValue(selected, row))).toEqual(
      [...keep].map((row) => renderValue(column, row)),
    );
    expect(selected.nullCount).toBe(3);
  });
});

test("safe integers are written without BigInt, to the bit", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const builder = createColumnBuilder(parseLogicalType("int64"), 1);
      if (builder.kind === "bigint") builder.appendInt(value);
      expect(renderValue(builder.build(), 0)).toBe(String(value === 0 ? 0 : value));
    }),
  );
});

test("16-byte integers are read as they were written", () => {
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 127n), 2n ** 127n - 1n), fc.nat(3), (value, at) => {
      const bytes = new Uint8Array(20);
      writeInt128(bytes, at, value);
      expect(readInt128(bytes, at)).toBe(value);
    }),
  );
});

test("long and short texts, escapes and pieces make one run of bytes", () => {
  const builder = createColumnBuilder({ kind: "text" }, 1);
  if (builder.kind !== "varlen")
    throw new TidemarkError("INTERNAL_ASSERTION", { what: "text has a varlen builder" });
  const long = "é".repeat(3000);
  builder.appendText(long);
  builder.appendAscii("12:30");
  builder.appendPiece(Buffer.from("abc"), 1, 3);
  builder.appendByte(0x21);
  builder.endValue();
  builder.appendNull();
  const column = builder.build();
  expect([0, 1, 2, 3].map((row) => renderValue(column, row))).toEqual([long, "12:30", "bc!", null]);
});
