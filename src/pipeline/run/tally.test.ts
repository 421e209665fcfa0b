import { describe, expect, it } from "vitest";
import { assertBalanced } from "./tally.ts";

describe("the balance", () => {
  it("holds when every row read is written, quarantined or filtered", () => {
    expect(() => assertBalanced("p", { read: 10, written: 7, quarantined: 2, filtered: 1 })).not.toThrow();
  });

  it("is broken by a row that is nowhere, and says the numbers", () => {
    const lost = { read: 10, written: 7, quarantined: 2, filtered: 0 };
    expect(() => assertBalanced("p", lost)).toThrowError(
      /read 10 is not written 7 \+ quarantined 2 \+ filtered 0/,
    );
  });

  it("is broken by a row that is there twice", () => {
    const twice = { read: 10, written: 11, quarantined: 0, filtered: 0 };
    expect(() => assertBalanced("p", twice)).toThrowError(
      expect.objectContaining({ code: "RUN_UNBALANCED" }),
    );
  });
});
