/**
 * Compares a manifest with the folder: `_SUCCESS` and manifest agree, every part is there with its size and hash (with
 * append those of earlier runs too, each under its own manifest), and no part of a run of ours stands unlisted beside
 * them. Deep: every part is decoded again and its column checksums are recomputed.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseFieldJson } from "../../../columns/field-json.ts";
import { messageOf } from "../../../core/errors.ts";
import { hashFile } from "../../../core/hash-file.ts";
import { sha256Hex } from "../../../core/sha256.ts";
import type { Manifest, ManifestPart } from "../../manifest.ts";
import type { VerifyFinding, VerifyRequest } from "../../sink-port.ts";
import { type Destination, MANIFEST_NAME, rootRunOfName, SUCCESS_NAME } from "./destination.ts";
import { recomputeChecksums } from "./recompute-checksums.ts";
import { readStandingManifest, walkManifests } from "./standing-manifest.ts";

export async function verifyParts(
  destination: Destination,
  request: VerifyRequest,
): Promise<readonly VerifyFinding[]> {
  const { folder } = destination;
  const isNewest = !isFollowed(folder, request.manifest);
  const findings: VerifyFinding[] = isNewest ? verifyManifest(folder, request.manifestText) : [];
  const listed = new Set<string>();
  for (const manifest of walkManifests(folder, request.manifest)) {
    if ("reason" in manifest) findings.push(manifest);
    else findings.push(...(await verifyListed(destination, manifest, request, listed)));
  }
  return isNewest ? [...findings, ...findUnlisted(folder, listed)] : findings;
}

/** With append, later runs' manifests may stand in its place; anything else in its place is told as a difference. */
function isFollowed(folder: string, { rootRunId }: Manifest): boolean {
  try {
    const standing = readStandingManifest(folder)?.manifest;
    if (standing === undefined || standing.rootRunId === rootRunId) return false;
    for (const one of walkManifests(folder, standing))
      if ("rootRunId" in one && one.rootRunId === rootRunId) return true;
  } catch {
    // a damaged manifest is found by the comparison with the recorded text
  }
  return false;
}

async function verifyListed(
  destination: Destination,
  manifest: Manifest,
  request: VerifyRequest,
  listed: Set<string>,
): Promise<VerifyFinding[]> {
  const findings: VerifyFinding[] = [];
  for (const part of manifest.parts) {
    listed.add(part.name);
    const shallow = await verifyFile(destination.folder, part);
    findings.push(...shallow);
    if (request.deep && shallow.length === 0)
      findings.push(...(await verifyColumns(destination, manifest, part)));
    request.onProgress(part);
  }
  return findings;
}

/** Both are small and written whole: they agree with the ledger to the byte, or somebody changed them. */
function verifyManifest(folder: string, manifestText: string): VerifyFinding[] {
  const expected: readonly (readonly [string, string])[] = [
    [MANIFEST_NAME, manifestText],
    [SUCCESS_NAME, `${sha256Hex(manifestText)}\n`],
  ];
  return expected.flatMap(([name, content]) => {
    const path = join(folder, name);
    if (!existsSync(path)) return [finding(path, "is missing")];
    return readFileSync(path, "utf8") === content
      ? []
      : [finding(path, "differs from what the ledger recorded")];
  });
}

async function verifyFile(folder: string, part: ManifestPart): Promise<VerifyFinding[]> {
  const path = join(folder, part.name);
  if (!existsSync(path)) return [finding(path, "is missing")];
  const { size } = statSync(path);
  if (size !== part.bytes) return [finding(path, `has ${size} bytes instead of ${part.bytes}`)];
  const found = await hashFile(path);
  if (found === part.sha256) return [];
  return [finding(path, `has SHA-256 ${found} instead of ${part.sha256 ?? "none"}`)];
}

/** A reader by glob would take these too. */
function findUnlisted(folder: string, listed: ReadonlySet<string>): VerifyFinding[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => rootRunOfName(name) !== undefined && !listed.has(name))
    .map((name) => finding(join(folder, name), "stands in the folder, but no manifest lists it"));
}

async function verifyColumns(
  destination: Destination,
  manifest: Manifest,
  part: ManifestPart,
): Promise<VerifyFinding[]> {
  const path = join(destination.folder, part.name);
  try {
    const found = await recomputeChecksums(destination, path, manifest.columns.map(parseFieldJson));
    const rows =
      found.rows === part.rows ? [] : [finding(path, `holds ${found.rows} rows instead of ${part.rows}`)];
    const columns = part.columns.flatMap((expected, index) => {
      const actual = found.columns[index];
      if (actual?.checksum === expected.checksum && actual.nulls === expected.nulls) return [];
      return [{ path, column: expected.name, reason: "its values differ from what was written" }];
    });
    return [...rows, ...columns];
  } catch (error) {
    return [finding(path, messageOf(error))];
  }
}

function finding(path: string, reason: string): VerifyFinding {
  return { path, column: null, reason };
}
