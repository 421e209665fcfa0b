import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolderDurably, replaceFileDurably } from "./durable-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-durable-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("files that survive power loss", () => {
  it("makes a folder with its parents, and again without complaint", () => {
    const path = join(folder, "a/b/c");
    makeFolderDurably(path);
    makeFolderDurably(path);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it("says so when a file stands in the way", () => {
    writeFileSync(join(folder, "a"), "x");
    expect(() => makeFolderDurably(join(folder, "a"))).toThrowError(/EEXIST/);
    expect(() => makeFolderDurably(join(folder, "a/b"))).toThrowError(/ENOTDIR/);
  });

  it("replaces a file whole and leaves no staged one behind", () => {
    const path = join(folder, "f");
    replaceFileDurably(path, "old");
    replaceFileDurably(path, new Uint8Array([0, 255]));
    expect([...readFileSync(path)]).toEqual([0, 255]);
    expect(readdirSync(folder)).toEqual(["f"]);
  });
});
