import { describe, expect, it } from "vitest";
import { firstDifference } from "./sealed-plan.ts";

describe("the first difference of two plans", () => {
  it("is named by its path, with what was and what is", () => {
    const before = { source: { query: "SELECT 1" }, output: [{ name: "id", type: "int64" }] };
    expect(firstDifference(before, { ...before, source: { query: "SELECT 2" } })).toBe(
      'source.query was "SELECT 1" and is "SELECT 2"',
    );
    expect(firstDifference(before, { ...before, output: [{ name: "id", type: "text" }] })).toBe(
      'output.0.type was "int64" and is "text"',
    );
    expect(firstDifference(before, { ...before, output: [] })).toBe(
      'output.0 was {"name":"id","type":"int64"} and is nothing',
    );
    expect(firstDifference({ ...before, sink: null }, before)).toBe("sink was null and is nothing");
  });

  it("is not the order of names, at any depth", () => {
    expect(firstDifference({ a: [{ b: 1, c: [2] }], d: 3 }, { d: 3, a: [{ c: [2], b: 1 }] })).toBeUndefined();
  });
});
