import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256Hex } from "../../../core/sha256.ts";
import type { Part, PublishRequest } from "../../sink-port.ts";
import { partName, stagedPath } from "./destination.ts";
import { publishParts } from "./publish.ts";

const ROOT = "01JD0000000000000000000001";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-publish-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function stage(chunk: number, content: string): Part {
  const staged = stagedPath(ROOT, chunk, 1, 1);
  mkdirSync(join(folder, ".tidemark-staging", ROOT), { recursive: true });
  writeFileSync(join(folder, staged), content);
  const name = partName("csv", ROOT, chunk, 1);
  return { name, staged, part: 1, rows: 1, bytes: content.length, sha256: sha256Hex(content), columns: [] };
}

function requestFor(parts: readonly Part[], more: Partial<PublishRequest> = {}): PublishRequest {
  const manifestText = JSON.stringify({
    format: "tidemark/manifest/v1",
    parts: parts.map(({ name, sha256 }) => ({ name, sha256 })),
  });
  return { pipeline: "p", runId: ROOT, rootRunId: ROOT, parts, replaces: [], manifestText, ...more };
}

describe("publishing staged parts", () => {
  it("links every part to its final name, then writes manifest and _SUCCESS, and leaves no staging behind", () => {
    const parts = [stage(0, "a\n"), stage(1, "b\n")];
    const request = requestFor(parts);
    expect(publishParts(folder, request)).toEqual([]);
    const names = ["_SUCCESS", "_manifest.json", ...parts.map(({ name }) => name)];
    expect(new Set(readdirSync(folder))).toEqual(new Set(names));
    expect(readFileSync(join(folder, "_SUCCESS"), "utf8")).toBe(`${sha256Hex(request.manifestText)}\n`);
  });

  it("may be done again, also when some parts were published before", () => {
    const parts = [stage(0, "a\n"), stage(1, "b\n")];
    publishParts(folder, requestFor(parts));
    expect(publishParts(folder, requestFor(parts))).toEqual([]);
    expect(readFileSync(join(folder, parts[1]?.name ?? ""), "utf8")).toBe("b\n");
  });

  it("moves a stranger's file under a part's name aside and says so", () => {
    const part = stage(0, "ours\n");
    writeFileSync(join(folder, part.name), "theirs\n");
    const [warning] = publishParts(folder, requestFor([part]));
    expect(warning?.message).toContain(part.name);
    expect(readFileSync(join(folder, part.name), "utf8")).toBe("ours\n");
    expect(readFileSync(join(folder, ".tidemark-moved", ROOT, `${part.name}.moved`), "utf8")).toBe(
      "theirs\n",
    );
  });

  it("never replaces a committed part: a late attempt with other bytes is fenced", () => {
    const committed = stage(0, "first\n");
    publishParts(folder, requestFor([committed]));
    const late = stage(0, "second\n");
    expect(() => publishParts(folder, requestFor([late]))).toThrowError(
      expect.objectContaining({ code: "SINK_PART_FENCED" }),
    );
    expect(readFileSync(join(folder, committed.name), "utf8")).toBe("first\n");
    expect(existsSync(join(folder, late.staged))).toBe(false);
  });

  it("names a part whose staged file is gone and that was never published", () => {
    const part = stage(0, "a\n");
    rmSync(join(folder, part.staged));
    expect(() => publishParts(folder, requestFor([part]))).toThrowError(
      expect.objectContaining({ code: "SINK_PART_LOST" }),
    );
  });

  it("removes replaced parts only after the new _SUCCESS stands", () => {
    writeFileSync(join(folder, "old.csv"), "old\n");
    const part = stage(0, "new\n");
    publishParts(folder, requestFor([part], { replaces: ["old.csv"] }));
    expect(existsSync(join(folder, "old.csv"))).toBe(false);
    expect(existsSync(join(folder, part.name))).toBe(true);
  });
});
