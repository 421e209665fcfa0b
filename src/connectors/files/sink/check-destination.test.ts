import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkDestination } from "./check-destination.ts";
import { type Destination, partName } from "./destination.ts";

const OWN = "01JD0000000000000000000001";
const OTHER = "01JD0000000000000000000002";
let folder: string;
let destination: Destination;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-check-"));
  destination = { folder: join(folder, "orders"), label: "orders", format: "parquet", compression: "zstd" };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const check = { pipeline: "orders", ownRunIds: new Set([OWN]) };
const withCode = (code: string): unknown => expect.objectContaining({ code });

describe("checking a destination before any byte is written", () => {
  it("accepts a folder that does not exist yet, and does not make it", () => {
    checkDestination(destination, check);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves nothing in a folder that is there", () => {
    mkdirSync(destination.folder);
    checkDestination(destination, check);
    expect(readdirSync(folder, { recursive: true })).toEqual(["orders"]);
  });

  it("takes away the folders it made before it came to one that can not be made", () => {
    const within = { ...destination, folder: join(destination.folder, "x".repeat(300)) };
    expect(() => checkDestination(within, check)).toThrow();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses a stranger's data file and names it", () => {
    mkdirSync(destination.folder);
    writeFileSync(join(destination.folder, "mine.parquet"), "x");
    expect(() => checkDestination(destination, check)).toThrowError(withCode("SINK_FOREIGN_FILES"));
    expect(() => checkDestination(destination, check)).toThrowError(/mine\.parquet/);
  });

  it("finds a stranger's data file in a subfolder too", () => {
    mkdirSync(join(destination.folder, "2026"), { recursive: true });
    writeFileSync(join(destination.folder, "2026", "deep.parquet"), "x");
    expect(() => checkDestination(destination, check)).toThrowError(/2026\/deep\.parquet/);
  });

  it("finds it too where a folder around the destination is named like ours", () => {
    const within = { ...destination, folder: join(folder, ".tidemark-data", "orders") };
    mkdirSync(within.folder, { recursive: true });
    writeFileSync(join(within.folder, "mine.parquet"), "x");
    expect(() => checkDestination(within, check)).toThrowError(withCode("SINK_FOREIGN_FILES"));
  });

  it("takes what lies in its own staging folder for no data", () => {
    mkdirSync(join(destination.folder, ".tidemark-staging", OTHER), { recursive: true });
    writeFileSync(join(destination.folder, ".tidemark-staging", OTHER, "left.parquet"), "x");
    expect(() => checkDestination(destination, check)).not.toThrow();
  });

  it("leaves files alone that no reader takes for data", () => {
    mkdirSync(destination.folder);
    writeFileSync(join(destination.folder, "README.md"), "x");
    expect(() => checkDestination(destination, check)).not.toThrow();
  });

  it("knows parts of its own runs, also without a manifest", () => {
    mkdirSync(destination.folder);
    writeFileSync(join(destination.folder, partName("parquet", OWN, 0, 1)), "x");
    expect(() => checkDestination(destination, check)).not.toThrow();
  });

  it("refuses parts of a run that this ledger does not know", () => {
    mkdirSync(destination.folder);
    writeFileSync(join(destination.folder, partName("parquet", OTHER, 0, 1)), "x");
    expect(() => checkDestination(destination, check)).toThrowError(withCode("SINK_FOREIGN_FILES"));
  });

  it("refuses another pipeline's output and names that pipeline", () => {
    mkdirSync(destination.folder);
    const manifest = {
      format: "tidemark/manifest/v1",
      pipeline: "invoices",
      rootRunId: OTHER,
      label: "run-3",
      parts: [],
      standing: [],
    };
    writeFileSync(join(destination.folder, "_manifest.json"), JSON.stringify(manifest));
    expect(() => checkDestination(destination, check)).toThrowError(/output of pipeline invoices \(run-3\)/);
  });

  it("refuses a manifest that is no manifest of ours", () => {
    mkdirSync(destination.folder);
    writeFileSync(join(destination.folder, "_manifest.json"), "{ half");
    expect(() => checkDestination(destination, check)).toThrowError(withCode("SINK_FOREIGN_FILES"));
  });

  it("refuses a path that is a file", () => {
    writeFileSync(destination.folder, "x");
    expect(() => checkDestination(destination, check)).toThrowError(withCode("SINK_READ_ONLY"));
  });

  it("refuses a folder it may not write to", () => {
    mkdirSync(destination.folder);
    // Permission bits do not bind root, a read-only mount does.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) execFileSync("mount", ["-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", destination.folder]);
    else chmodSync(destination.folder, 0o555);
    try {
      expect(() => checkDestination(destination, check)).toThrowError(withCode("SINK_READ_ONLY"));
    } finally {
      if (isRoot) execFileSync("umount", [destination.folder]);
    }
  });
});
