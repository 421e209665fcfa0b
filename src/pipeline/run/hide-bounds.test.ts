import { describe, expect, it } from "vitest";
import { hideBounds } from "./hide-bounds.ts";

const salt = Buffer.alloc(32, 1);

describe("bounds in the journal", () => {
  it("keep numbers, file names and exact numbers written as text", () => {
    const bounds = { file: "in/a.csv", rowGroup: 3, after: [{ int: "9007199254740993" }, 5], upTo: null };
    expect(hideBounds(bounds, salt)).toEqual(bounds);
  });

  it("carry key text only as a salted hash", () => {
    const hidden = JSON.stringify(
      hideBounds({ after: ["alice@example.com"], upTo: ["bob@example.com"] }, salt),
    );
    expect(hidden).not.toContain("example.com");
    expect(hidden).toMatch(/"hash":"[0-9a-f]+"/);
  });

  it("name a file without what a variable gave", () => {
    const hide = (name: string): string => name.replace("canary", "${FOLDER}");
    expect(hideBounds({ file: "canary/a.csv", size: 1 }, salt, hide)).toEqual({
      file: "${FOLDER}/a.csv",
      size: 1,
    });
  });

  it("give one value one hash, and another under another salt", () => {
    const hash = (seed: number): unknown => hideBounds({ after: "x" }, Buffer.alloc(32, seed));
    expect(hash(1)).toEqual(hash(1));
    expect(hash(1)).not.toEqual(hash(2));
  });
});
