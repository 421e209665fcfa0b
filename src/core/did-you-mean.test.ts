import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean } from "./did-you-mean.ts";

const KEYS = ["source", "sink", "schedule", "transform", "onError", "id", "table", "path"];

describe("didYouMean", () => {
  it.each([
    ["sorce", "source"],
    ["souce", "source"],
    ["soruce", "source"],
    ["sourcee", "source"],
    ["onerror", "onError"],
    ["tranfsorms", "transform"],
    ["di", "id"],
    ["pth", "path"],
    ["source", "source"],
  ])("finds what %j meant", (word, candidate) => {
    expect(didYouMean(word, KEYS)).toBe(`, did you mean '${candidate}'?`);
  });

  it.each(["warehouse", "x", "", "budget", "paths_to_it"])("says nothing of %j", (word) => {
    expect(didYouMean(word, KEYS)).toBe("");
  });

  it("says nothing when there is nothing to choose from", () => {
    expect(didYouMean("source", [])).toBe("");
  });

  it("takes the nearest, and the first of equals", () => {
    expect(didYouMean("tabel", ["label", "table"])).toBe(", did you mean 'label'?");
    expect(didYouMean("tables", ["tabled", "table", "tables"])).toBe(", did you mean 'tables'?");
  });

  it("finds a word of four letters or more after any one slip", () => {
    const word = fc.stringMatching(/^[a-z]{4,12}$/);
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom("drop", "double", "swap"), (meant, place, slip) => {
        const at = place % (meant.length - 1);
        const [before, one, two, after] = [
          meant.slice(0, at),
          meant.charAt(at),
          meant.charAt(at + 1),
          meant.slice(at + 2),
        ];
        const slipped = {
          drop: before + two + after,
          double: before + one + one + two + after,
          swap: before + two + one + after,
        };
        expect(didYouMean(slipped[slip], [meant])).toBe(`, did you mean '${meant}'?`);
      }),
    );
  });
});
