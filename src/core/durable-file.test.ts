import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { flushFolder, makeFolderDurably, replaceFileDurably, writeFully } from "./durable-file.ts";
import { systemCodeOf } from "./errors.ts";
import { hashFile } from "./hash-file.ts";
import { sha256Hex } from "./sha256.ts";

const root = mkdtempSync(join(tmpdir(), "tidemark-durable-"));
afterAll(() => rmSync(root, { recursive: true }));

function codeFrom(act: () => void): string | undefined {
  try {
    act();
  } catch (error) {
    return systemCodeOf(error);
  }
  return expect.unreachable("it did not fail");
}

describe("makeFolderDurably", () => {
  it("makes a folder with its parents, and does not mind one that is there", () => {
    const path = join(root, "a/b/c");
    makeFolderDurably(path);
    makeFolderDurably(path);
    expect(existsSync(path)).toBe(true);
    flushFolder(path);
  });

  it("fails where a file stands, on the way or at the end, and where a link leads nowhere", () => {
    writeFileSync(join(root, "file"), "");
    symlinkSync(join(root, "nowhere"), join(root, "link"));
    expect(codeFrom(() => makeFolderDurably(join(root, "file")))).toBe("EEXIST");
    expect(codeFrom(() => makeFolderDurably(join(root, "file/below")))).toBe("ENOTDIR");
    expect(codeFrom(() => makeFolderDurably(join(root, "link/below")))).toBe("ENOENT");
  });
});

describe("replaceFileDurably", () => {
  it("writes text as UTF-8 and bytes as they are, over what stood there, and leaves nothing beside it", () => {
    const folder = join(root, "replace");
    makeFolderDurably(folder);
    const path = join(folder, "manifest.json");
    replaceFileDurably(path, "before");
    replaceFileDurably(path, "größer");
    expect(readFileSync(path, "utf8")).toBe("größer");
    replaceFileDurably(path, Uint8Array.of(0, 255));
    expect([...readFileSync(path)]).toEqual([0, 255]);
    expect(readdirSync(folder)).toEqual(["manifest.json"]);
  });
});

describe("hashFile", () => {
  it.each([0, 1, 1 << 20, (1 << 20) + 1, 3_000_000])(
    "gives the hash of %i written bytes",
    async (byteCount) => {
      const bytes = Buffer.alloc(byteCount, "tidemark");
      const path = join(root, `bytes-${byteCount}`);
      const descriptor = openSync(path, "w");
      writeFully(descriptor, bytes);
      closeSync(descriptor);
      expect(await hashFile(path)).toBe(sha256Hex(bytes));
    },
  );

  it("fails on a file that is not there", async () => {
    await expect(hashFile(join(root, "missing"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
