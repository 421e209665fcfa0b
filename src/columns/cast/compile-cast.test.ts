import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VarlenBuilder } from "../build/varlen-builder.ts";
import type { Column } from "../column-batch.ts";
import { formatLogicalType, parseLogicalType } from "../logical-type.ts";
import { renderValue } from "../render-value.ts";
import { compileCast } from "./compile-cast.ts";

function textColumn(values: readonly (string | null)[]): Column {
  const builder = new VarlenBuilder({ kind: "text" }, 4);
  for (const value of values) {
    if (value === null) builder.appendNull();
    else builder.appendText(value);
  }
  return builder.build();
}

/** Text through a chain of types: what comes out, or the rule that refused it. */
function through(text: string, ...types: readonly string[]): string | null {
  let column = textColumn([text]);
  for (const type of types) {
    const result = compileCast(column.type, parseLogicalType(type))(column);
    if (result.failures.length > 0) return `refused: ${result.failures[0]?.rule}`;
    column = result.column;
  }
  return renderValue(column, 0);
}

describe("text to integers", () => {
  test.each([
    ["0", "int8", "0"],
    ["-0", "uint8", "0"],
    ["+7", "int32", "7"],
    ["000000000000000000000000042", "int64", "42"],
    ["-128", "int8", "-128"],
    ["128", "int8", "refused: range"],
    ["-1", "uint64", "refused: range"],
    ["9007199254740993", "int64", "9007199254740993"],
    ["9223372036854775807", "int64", "9223372036854775807"],
    ["-9223372036854775808", "int64", "-9223372036854775808"],
    ["9223372036854775808", "int64", "refused: range"],
    ["18446744073709551615", "uint64", "18446744073709551615"],
    ["18446744073709551616", "uint64", "refused: range"],
    ["99999999999999999999999999", "int32", "refused: range"],
    ["", "int64", "refused: type"],
    ["-", "int64", "refused: type"],
    ["1.0", "int64", "refused: type"],
    [" 1", "int64", "refused: type"],
    ["1\u0000", "int64", "refused: type"],
    ["12345678901234567x", "int64", "refused: type"],
  ])("%s as %s is %s", (text, type, expected) => {
    expect(through(text, type)).toBe(expected);
  });

  test("every 64-bit integer comes out as it went in", () => {
    fc.assert(
      fc.property(
        fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
        (value) => through(String(value), "int64") === String(value),
      ),
    );
  });
});

describe("text to floats", () => {
  test("a double's shortest text gives the double back, in any of its forms", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        for (const text of [String(value), value.toExponential(), value.toPrecision(17)]) {
          const back = through(text, "float64");
          if (!Object.is(Number(back), Number(text))) return false;
        }
        return true;
      }),
    );
  });

  test("a float32 is rounded once, from the text", () => {
    // 2^24 + 1 lies exactly between two float32; a digit far behind decides.
    expect(through("16777217", "float32")).toBe("16777216");
    expect(through("16777217.0000000000000000000001", "float32")).toBe("16777218");
    expect(through("16777216.9999999999999999999999", "float32")).toBe("16777216");
    expect(through("-16777217.0000000000000000000001", "float32")).toBe("-16777218");
  });

  test.each([
    ["1e999", "float64", "refused: range"],
    ["3.5e38", "float32", "refused: range"],
    ["NaN", "float64", "NaN"],
    ["-inf", "float32", "-Infinity"],
    ["0.1", "float32", "0.1"],
    ["-0.0", "float64", "-0"],
    [".5", "float64", "0.5"],
    ["1e", "float64", "refused: type"],
    ["0x10", "float64", "refused: type"],
    ["1_000", "float64", "refused: type"],
    ["", "float64", "refused: type"],
  ])("%s as %s is %s", (text, type, expected) => {
    expect(through(text, type)).toBe(expected);
  });
});

describe("text to decimals", () => {
  test.each([
    ["1.5", "decimal(4,2)", "1.50"],
    ["-0.05", "decimal(4,2)", "-0.05"],
    ["1.500", "decimal(4,2)", "1.50"],
    ["1.505", "decimal(4,2)", "refused: precision"],
    ["100", "decimal(4,2)", "refused: range"],
    ["99.99", "decimal(4,2)", "99.99"],
    ["1e2", "decimal(5,2)", "100.00"],
    ["12345e-4", "decimal(5,4)", "1.2345"],
    ["0.000", "decimal(3,0)", "0"],
    ["99999999999999999999999999999999999999", "decimal(38,0)", "99999999999999999999999999999999999999"],
    ["100000000000000000000000000000000000000", "decimal(38,0)", "refused: range"],
    [
      "0.00000000000000000000000000000000000001",
      "decimal(38,38)",
      "0.00000000000000000000000000000000000001",
    ],
    ["1e-39", "decimal(38,38)", "refused: precision"],
    ["1e99999999", "decimal(38,0)", "refused: range"],
    ["1,5", "decimal(4,2)", "refused: type"],
  ])("%s as %s is %s", (text, type, expected) => {
    expect(through(text, type)).toBe(expected);
  });

  test("every decimal of 38 digits comes out as it went in", () => {
    const digits = fc.bigInt(-(10n ** 38n) + 1n, 10n ** 38n - 1n);
    fc.assert(
      fc.property(digits, fc.integer({ min: 0, max: 38 }), (unscaled, scale) => {
        const magnitude = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
        const text = `${unscaled < 0n ? "-" : ""}${magnitude.slice(0, magnitude.length - scale)}.${magnitude.slice(magnitude.length - scale)}`;
        const expected = scale === 0 ? text.slice(0, -1) : text;
        return through(text, `decimal(38,${scale})`) === expected;
      }),
    );
  });
});

describe("text to dates and times", () => {
  test.each([
    ["2024-02-29", "date", "2024-02-29"],
    ["2023-02-29", "date", "refused: range"],
    ["0001-01-01", "date", "0001-01-01"],
    ["0000-12-31", "date", "refused: range"],
    ["9999-12-31", "date", "9999-12-31"],
    ["20000-01-01", "date", "refused: range"],
    ["-0044-03-15", "date", "refused: range"],
    ["2024-13-01", "date", "refused: range"],
    ["2024-1-1", "date", "refused: type"],
    ["2024-01-01x", "date", "refused: type"],
    ["23:59:59.999999", "time", "23:59:59.999999"],
    ["24:00:00", "time", "refused: range"],
    ["12:30", "time(ms)", "12:30:00.000"],
    ["12:30:00.0001", "time(ms)", "refused: precision"],
    ["12:30:00.1000", "time(ms)", "12:30:00.100"],
    ["2024-01-01 10:00:00", "timestamp", "2024-01-01T10:00:00.000000"],
    ["2024-01-01", "timestamp(ms)", "2024-01-01T00:00:00.000"],
    ["2024-01-01T10:00:00Z", "timestamp", "refused: type"],
    ["2024-01-01T10:00:00+02:00", "timestamp(utc)", "2024-01-01T08:00:00.000000Z"],
    ["2024-01-01T10:00:00-0530", "timestamp(utc)", "2024-01-01T15:30:00.000000Z"],
    ["2024-01-01T10:00:00+02", "timestamp(utc)", "2024-01-01T08:00:00.000000Z"],
    ["2024-01-01T10:00:00", "timestamp(utc)", "2024-01-01T10:00:00.000000Z"],
    ["0001-01-01T00:00:00+01:00", "timestamp(utc)", "refused: range"],
    ["2024-01-01T10:00:00+02:", "timestamp(utc)", "refused: type"],
    ["1969-12-31T23:59:59.999999999Z", "timestamp(ns,utc)", "1969-12-31T23:59:59.999999999Z"],
    ["2300-01-01T00:00:00", "timestamp(ns)", "refused: range"],
    ["9999-12-31T23:59:59.999999", "timestamp", "9999-12-31T23:59:59.999999"],
    ["0001-01-01T00:00:00.000001", "timestamp", "0001-01-01T00:00:00.000001"],
    ["2024-06-30T23:59:60", "timestamp", "refused: range"],
  ])("%s as %s is %s", (text, type, expected) => {
    expect(through(text, type)).toBe(expected);
  });
});

describe("text to the rest", () => {
  test.each([
    ["TRUE", "bool", "true"],
    ["f", "bool", "false"],
    ["1", "bool", "true"],
    ["yes", "bool", "refused: type"],
    ["550E8400-e29b-41d4-a716-446655440000", "uuid", "550e8400-e29b-41d4-a716-446655440000"],
    ["550e8400e29b41d4a716446655440000", "uuid", "550e8400-e29b-41d4-a716-446655440000"],
    ["550e8400-e29b41d4-a716-446655440000-", "uuid", "refused: type"],
    ["\\xDEADbeef", "bytes", "\\xdeadbeef"],
    ["\\xabc", "bytes", "refused: type"],
    ["", "bytes", "\\x"],
    ['{"a":[1,2.5e3,null,"\\ud83d\\ude00"]}', "json", '{"a":[1,2.5e3,null,"\\ud83d\\ude00"]}'],
    ['{"a":1,}', "json", "refused: type"],
    ['"\\ud83d"', "json", "refused: type"],
    ["01", "json", "refused: type"],
    ["NaN", "json", "refused: type"],
    ["[".repeat(5000), "json", "refused: type"],
  ])("%s as %s is %s", (text, type, expected) => {
    expect(through(text, type)).toBe(expected);
  });

  test("json takes exactly what JSON.parse takes", () => {
    const almostJson = fc.oneof(fc.json(), fc.stringMatching(/^[[\]{}":,0-9eE+.\-a-z \\]{0,12}$/));
    fc.assert(
      fc.property(almostJson, (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        return (through(text, "json") === text) === valid;
      }),
      { numRuns: 500 },
    );
  });
});

describe("numbers to numbers", () => {
  test.each([
    ["2147483648", ["int64", "int32"], "refused: range"],
    ["-2147483648", ["int64", "int32"], "-2147483648"],
    ["9007199254740993", ["int64", "float64"], "refused: precision"],
    ["9007199254740992", ["int64", "float64"], "9007199254740992"],
    ["1.5", ["float64", "int32"], "refused: precision"],
    ["1e3", ["float64", "int32"], "1000"],
    ["1e30", ["float64", "int64"], "refused: range"],
    ["NaN", ["float64", "int64"], "refused: range"],
    ["0.1", ["float64", "decimal(3,1)"], "0.1"],
    ["0.125", ["float64", "decimal(3,1)"], "refused: precision"],
    ["0.1", ["float64", "float32"], "refused: precision"],
    ["0.5", ["float64", "float32"], "0.5"],
    ["1.50", ["decimal(10,2)", "decimal(5,1)"], "1.5"],
    ["1.55", ["decimal(10,2)", "decimal(5,1)"], "refused: precision"],
    ["12345.00", ["decimal(10,2)", "decimal(4,0)"], "refused: range"],
    ["12345.00", ["decimal(10,2)", "decimal(38,20)"], "12345.00000000000000000000"],
    ["7.00", ["decimal(4,2)", "int8"], "7"],
    ["0.1", ["decimal(4,2)", "float64"], "0.1"],
    ["12345678901234567890.12", ["decimal(30,2)", "float64"], "refused: precision"],
    ["true", ["bool", "int8"], "1"],
    ["2", ["int8", "bool"], "refused: range"],
  ])("%s through %s is %s", (text, types, expected) => {
    expect(through(text, ...types)).toBe(expected);
  });
});

describe("times to times", () => {
  test.each([
    ["2024-01-01", ["date", "timestamp"], "2024-01-01T00:00:00.000000"],
    ["2024-01-01T00:00:00", ["timestamp", "date"], "2024-01-01"],
    ["1960-05-05T00:00:00", ["timestamp", "date"], "1960-05-05"],
    ["2024-01-01T00:00:01", ["timestamp", "date"], "refused: precision"],
    ["2024-01-01T00:00:00.001", ["timestamp", "timestamp(ms,utc)"], "2024-01-01T00:00:00.001Z"],
    ["2024-01-01T00:00:00.0001", ["timestamp", "timestamp(ms)"], "refused: precision"],
    ["9999-01-01T00:00:00", ["timestamp", "timestamp(ns)"], "refused: range"],
    ["10:00:00", ["time(ms)", "time(ns)"], "10:00:00.000000000"],
  ])("%s through %s is %s", (text, types, expected) => {
    expect(through(text, ...types)).toBe(expected);
  });
});

test("a refused row is null in the output, nulls stay nulls, and the others keep their places", () => {
  const { column, failures } = compileCast(
    { kind: "text" },
    parseLogicalType("int32"),
  )(textColumn(["1", null, "x", "4"]));
  expect([0, 1, 2, 3].map((row) => renderValue(column, row))).toEqual(["1", null, null, "4"]);
  expect(failures).toEqual([{ row: 2, rule: "type", message: "not an int32" }]);
});

test("a message never holds the value", () => {
  const { failures } = compileCast({ kind: "text" }, parseLogicalType("date"))(textColumn(["canary-4711"]));
  expect(failures[0]?.message).not.toContain("4711");
});

test("pairs without meaning are refused by name", () => {
  expect(() => compileCast({ kind: "bytes" }, { kind: "date" })).toThrow(
    expect.objectContaining({ code: "CORE_NO_CAST" }),
  );
  expect(() => compileCast({ kind: "bool" }, { kind: "date" })).toThrow("no cast from bool to date");
  expect(() => compileCast({ kind: "uuid" }, { kind: "json" })).toThrow(/uuid/);
});

test("everything casts to text and back", () => {
  const values: Record<string, string> = {
    bool: "true",
    "decimal(20,3)": "-1.250",
    "timestamp(ns,utc)": "2024-01-01T00:00:00.000000001Z",
    bytes: "\\x00ff",
    float32: "0.1",
    uint64: "18446744073709551615",
  };
  for (const [type, text] of Object.entries(values)) {
    expect(through(text, type, "text")).toBe(text);
    expect(formatLogicalType(parseLogicalType(type))).toBe(type);
  }
});
