import { describe, expect, it } from "vitest";
import { ERROR_CODES } from "./error-codes.ts";
import {
  assert,
  causesOf,
  deserializeError,
  locateError,
  messageOf,
  serializeError,
  systemCodeOf,
  TidemarkError,
  toTidemarkError,
} from "./errors.ts";

describe("TidemarkError", () => {
  it("fills message and next step from its details, and leaves open what nobody gave", () => {
    const error = new TidemarkError("CONFIG_UNSET_VARIABLE", {
      path: "a.yaml",
      line: 3,
      column: 7,
      where: "url",
      variable: "SHOP_URL",
    });
    expect(error.message).toBe("a.yaml:3:7: url: environment variable SHOP_URL is not set{hint}");
    expect(error.next).toBe("set SHOP_URL, or write a default as ${…:-value}");
    expect(error.name).toBe("TidemarkError");
  });

  it("has no next step where the message says it all", () => {
    expect(new TidemarkError("CORE_BAD_VALUE").next).toBe("");
  });

  it("takes kind, retry and exit code from the table", () => {
    const error = new TidemarkError("SINK_DISK_FULL", { path: "/lake", pipeline: "orders" });
    expect([error.kind, error.retry, error.exitCode]).toEqual(["unavailable", "later", 2]);
  });

  it("keeps where it happened, also across threads", () => {
    const located = locateError(
      new TidemarkError("CORE_BAD_VALUE", { what: "type" }, { cause: "why" }),
      "chunk 3",
    );
    expect(located).toMatchObject({ code: "CORE_BAD_VALUE", where: "chunk 3", cause: "why" });
    expect(deserializeError(serializeError(located)).where).toBe("chunk 3");
  });
});

describe("the table", () => {
  it.each(Object.entries(ERROR_CODES))("%s has an area, a message and a known exit code", (code, row) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z0-9]+)+$/);
    expect(row.message).not.toBe("");
    expect([1, 2, 3, 4, 5, 6, 130]).toContain(row.exit);
    expect(row.http).toBeGreaterThanOrEqual(400);
  });

  it("stands in alphabetical order of areas", () => {
    const areas = Object.keys(ERROR_CODES).map((code) => code.slice(0, code.indexOf("_")));
    expect([...new Set(areas)]).toEqual([...new Set(areas)].toSorted());
  });
});

describe("assert", () => {
  it("throws INTERNAL_ASSERTION when the condition does not hold, else nothing", () => {
    expect(() => assert(true, "fine")).not.toThrow();
    expect(() => assert(0, "row count")).toThrow(
      new TidemarkError("INTERNAL_ASSERTION", { what: "row count" }),
    );
  });
});

describe("toTidemarkError", () => {
  it("keeps one of ours, and wraps anything else with its cause", () => {
    const own = new TidemarkError("STORAGE_CLOSED");
    expect(toTidemarkError(own)).toBe(own);
    const foreign = new Error("boom");
    const wrapped = toTidemarkError(foreign);
    expect([wrapped.code, wrapped.message, wrapped.cause]).toEqual([
      "INTERNAL_UNEXPECTED",
      "unexpected: boom",
      foreign,
    ]);
  });

  it("gives text to whatever was thrown", () => {
    expect([messageOf(new Error("a")), messageOf("b"), messageOf(undefined)]).toEqual([
      "a",
      "b",
      "undefined",
    ]);
  });
});

describe("systemCodeOf", () => {
  it.each([
    [Object.assign(new Error("full"), { code: "ENOSPC" }), "ENOSPC"],
    [{ code: 5 }, undefined],
    [new Error("none"), undefined],
    [null, undefined],
    ["ENOSPC", undefined],
  ])("finds in %s the code %s", (error, code) => {
    expect(systemCodeOf(error)).toBe(code);
  });
});

describe("serializeError", () => {
  it("crosses a thread with code, details and causes", () => {
    const cause = new Error("outer", { cause: new Error("inner", { cause: "text" }) });
    const wire = serializeError(new TidemarkError("STORAGE_IO", { path: "s", reason: "r" }, { cause }));
    expect(wire.causes).toEqual(["outer", "inner", "text"]);
    const back = deserializeError(structuredClone(wire));
    expect(back).toBeInstanceOf(TidemarkError);
    expect(serializeError(back)).toEqual(wire);
  });

  it("crosses without a cause too", () => {
    const back = deserializeError(serializeError(new TidemarkError("STORAGE_CLOSED")));
    expect(back.cause).toBeUndefined();
  });

  it("ends on a chain of causes that bites its tail", () => {
    const error = new Error("loop");
    error.cause = error;
    expect(causesOf(error)).toHaveLength(8);
  });
});
