import { describe, expect, it } from "vitest";
import type { Field } from "../../columns/column-batch.ts";
import { formatLogicalType, parseLogicalType } from "../../columns/logical-type.ts";
import { compileTransform } from "./compile-transform.ts";

const fields: Field[] = [
  { name: "id", type: parseLogicalType("int64"), nullable: false },
  { name: "total", type: parseLogicalType("text"), nullable: true },
  { name: "constructor", type: parseLogicalType("text"), nullable: true },
];

function outputs(steps: Parameters<typeof compileTransform>[2]): string[] {
  return compileTransform("p", fields, steps).outputFields.map(
    ({ name, type, nullable }) => `${name} ${formatLogicalType(type)}${nullable ? "" : " not null"}`,
  );
}

describe("a transform", () => {
  it("passes every column through when there are no steps", () => {
    expect(outputs([])).toEqual(["id int64 not null", "total text", "constructor text"]);
  });

  it("selects in the order asked for and reads only what is needed", () => {
    const compiled = compileTransform("p", fields, [{ kind: "select", columns: ["total", "id"] }]);
    expect(compiled.outputFields.map(({ name }) => name)).toEqual(["total", "id"]);
    expect(compiled.sourceFields.map(({ name }) => name)).toEqual(["id", "total"]);
    expect(compiled.columns.map(({ sourceIndex }) => sourceIndex)).toEqual([1, 0]);
  });

  it("renames, and later steps use the new names", () => {
    const steps = [
      { kind: "rename", columns: { total: "amount" } },
      { kind: "cast", columns: { amount: parseLogicalType("decimal(12,2)") } },
    ] as const;
    expect(outputs(steps)).toEqual(["id int64 not null", "amount decimal(12,2)", "constructor text"]);
  });

  it("swaps two names in one step", () => {
    expect(outputs([{ kind: "rename", columns: { id: "total", total: "id" } }])).toEqual([
      "total int64 not null",
      "id text",
      "constructor text",
    ]);
  });

  it("does not mistake a column called constructor for something of its own", () => {
    expect(outputs([{ kind: "rename", columns: { id: "key" } }])).toContain("constructor text");
  });

  it("names step and column that does not exist, with what comes near", () => {
    expect(() => outputs([{ kind: "select", columns: ["totl"] }])).toThrowError(
      /step 1 \(select\).*'totl'.*did you mean 'total'/,
    );
  });

  it("refuses two output columns of one name", () => {
    expect(() => outputs([{ kind: "rename", columns: { id: "total" } }])).toThrowError(
      /two output columns are called 'total'/,
    );
    expect(() => outputs([{ kind: "select", columns: ["id", "id"] }])).toThrowError(
      /two output columns are called 'id'/,
    );
  });

  it("refuses an empty selection", () => {
    expect(() => outputs([{ kind: "select", columns: [] }])).toThrowError(/no column is selected/);
  });
});
