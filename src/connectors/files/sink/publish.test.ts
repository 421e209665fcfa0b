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
import { TidemarkError } from "../../../core/errors.ts";
import { sha256Hex } from "../../../core/sha256.ts";
import type { Part, PublishRequest } from "../../sink-port.ts";
import { partName, stagedPath } from "./destination.ts";
import { type Publication, publishParts } from "./publish.ts";

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

function requestFor(parts: readonly Part[], previous: string | null = null): PublishRequest {
  const manifestText = JSON.stringify({
    format: "tidemark/manifest/v1",
    rootRunId: ROOT,
    label: "run-1",
    writeMode: "replace",
    totals: { written: parts.length, bytes: 0 },
    parts: parts.map(({ name, sha256 }) => ({ name, sha256 })),
    previous: previous === null ? null : { sha256: previous },
  });
  const assertHeld = async (): Promise<void> => undefined;
  return { pipeline: "p", runId: ROOT, rootRunId: ROOT, parts, manifestText, assertHeld };
}

function publication(previousSha256: string | null = null): Publication {
  return { folder, writeMode: "replace", previousSha256 };
}

describe("publishing staged parts", () => {
  it("links every part to its final name, then writes manifest and _SUCCESS, and leaves no staging behind", async () => {
    const parts = [stage(0, "a\n"), stage(1, "b\n")];
    const request = requestFor(parts);
    expect(await publishParts(publication(), request)).toEqual([]);
    const names = ["_SUCCESS", "_manifest.json", ...parts.map(({ name }) => name)];
    expect(new Set(readdirSync(folder))).toEqual(new Set(names));
    expect(readFileSync(join(folder, "_SUCCESS"), "utf8")).toBe(`${sha256Hex(request.manifestText)}\n`);
  });

  it("may be done again, also when some parts were published before", async () => {
    const parts = [stage(0, "a\n"), stage(1, "b\n")];
    await publishParts(publication(), requestFor(parts));
    expect(await publishParts(publication(), requestFor(parts))).toEqual([]);
    expect(readFileSync(join(folder, parts[1]?.name ?? ""), "utf8")).toBe("b\n");
  });

  it("moves a stranger's file under a part's name aside and says so", async () => {
    const part = stage(0, "ours\n");
    writeFileSync(join(folder, part.name), "theirs\n");
    const [warning] = await publishParts(publication(), requestFor([part]));
    expect(warning?.message).toContain(part.name);
    expect(readFileSync(join(folder, part.name), "utf8")).toBe("ours\n");
    expect(readFileSync(join(folder, ".tidemark-moved", ROOT, `${part.name}.moved`), "utf8")).toBe(
      "theirs\n",
    );
  });

  it("never replaces a committed part: a late attempt with other bytes is fenced", async () => {
    const committed = stage(0, "first\n");
    await publishParts(publication(), requestFor([committed]));
    const late = stage(0, "second\n");
    await expect(publishParts(publication(), requestFor([late]))).rejects.toMatchObject({
      code: "SINK_PART_FENCED",
    });
    expect(readFileSync(join(folder, committed.name), "utf8")).toBe("first\n");
    expect(existsSync(join(folder, late.staged))).toBe(false);
  });

  it("shows nothing when a part's staged file is gone and it was never published", async () => {
    const [whole, lost] = [stage(0, "a\n"), stage(1, "b\n")];
    rmSync(join(folder, lost.staged));
    await expect(publishParts(publication(), requestFor([whole, lost]))).rejects.toMatchObject({
      code: "SINK_PART_LOST",
    });
    expect(existsSync(join(folder, whole.name))).toBe(false);
  });

  it("removes parts of every other run of the pipeline, listed or not, once the new _SUCCESS stands", async () => {
    const old = partName("csv", "01JD0000000000000000000000", 0, 1);
    writeFileSync(join(folder, old), "old\n");
    writeFileSync(join(folder, "readme.txt"), "not ours\n");
    const part = stage(0, "new\n");
    await publishParts(publication(), requestFor([part]));
    expect(existsSync(join(folder, old))).toBe(false);
    expect(existsSync(join(folder, "readme.txt"))).toBe(true);
    expect(existsSync(join(folder, part.name))).toBe(true);
  });

  it("never replaces a manifest that came after the one it was made against", async () => {
    const newer = JSON.stringify({
      format: "tidemark/manifest/v1",
      label: "run-9",
      parts: [],
      rootRunId: "other",
    });
    writeFileSync(join(folder, "_manifest.json"), newer);
    const request = requestFor([stage(0, "late\n")]);
    await expect(publishParts(publication(), request)).rejects.toMatchObject({ code: "SINK_SUPERSEDED" });
    expect(readFileSync(join(folder, "_manifest.json"), "utf8")).toBe(newer);
  });

  it("changes nothing when the pipeline is no longer ours", async () => {
    const part = stage(0, "late\n");
    const lost = new TidemarkError("LEASE_LOST", { what: "pipeline p", by: "somebody" });
    const request = { ...requestFor([part]), assertHeld: () => Promise.reject(lost) };
    await expect(publishParts(publication(), request)).rejects.toBe(lost);
    expect(existsSync(join(folder, part.name))).toBe(false);
  });
});
