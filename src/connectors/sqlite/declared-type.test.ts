import { describe, expect, test } from "vitest";
import { formatLogicalType, parseLogicalType } from "../../columns/logical-type.ts";
import { affinityOf, declaredTypeOf, logicalTypeOf } from "./declared-type.ts";

const SPELLINGS = `
  bool float32 float64 text json bytes uuid date int8 int16 int32 int64 uint8 uint16 uint32 uint64
  time time(ms) time(ns) timestamp timestamp(ms) timestamp(ns) timestamp(utc) timestamp(ms,utc) timestamp(ns,utc)
  decimal(1,0) decimal(15,15) decimal(16,0) decimal(38,38)`
  .trim()
  .split(/\s+/);

test.each(SPELLINGS)("%s is declared so that it reads back as itself", (spelling) => {
  const declared = declaredTypeOf(parseLogicalType(spelling));
  const type = logicalTypeOf(declared);
  expect(type === undefined ? undefined : formatLogicalType(type)).toBe(spelling);
});

describe("affinity", () => {
  test.each([
    ["INT", "integer"],
    ["FLOATING POINT", "integer"],
    ["CHARINT", "integer"],
    ["VARCHAR(10)", "text"],
    ["BLOBTEXT", "text"],
    ["", "blob"],
    ["BLOB", "blob"],
    ["DOUBLE", "real"],
    ["DECIMAL(10,2)", "numeric"],
    ["STRING", "numeric"],
  ])("of %s is %s, by SQLite's rules in their order", (declared, affinity) => {
    expect(affinityOf(declared)).toBe(affinity);
  });

  test("of what the sink declares keeps text text and whole numbers integers", () => {
    expect(affinityOf(declaredTypeOf(parseLogicalType("uint64")))).toBe("text");
    expect(affinityOf(declaredTypeOf(parseLogicalType("decimal(16,2)")))).toBe("text");
    expect(affinityOf(declaredTypeOf(parseLogicalType("json")))).toBe("text");
    expect(affinityOf(declaredTypeOf(parseLogicalType("uint8")))).toBe("integer");
    expect(affinityOf(declaredTypeOf(parseLogicalType("float32")))).toBe("real");
  });
});
