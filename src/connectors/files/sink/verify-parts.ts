/**
 * Compares a manifest with the folder: `_SUCCESS` and manifest agree, every part is there with its size and hash, and no
 * part of a run of ours stands beside them. Deep: every part is decoded again and its column checksums are recomputed.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../../core/errors.ts";
import { hashFile } from "../../../core/hash-file.ts";
import { sha256Hex } from "../../../core/sha256.ts";
import type { ManifestPart } from "../../manifest.ts";
import type { VerifyFinding, VerifyRequest } from "../../sink-port.ts";
import { type Destination, MANIFEST_NAME, SUCCESS_NAME } from "./destination.ts";
import { recomputeChecksums } from "./recompute-checksums.ts";

export async function verifyParts(
  destination: Destination,
  request: VerifyRequest,
): Promise<readonly VerifyFinding[]> {
  const findings: VerifyFinding[] = [...verifyManifest(destination.folder, request.manifestText)];
  for (const part of request.parts) {
    const shallow = verifyFile(destination.folder, part);
    findings.push(...shallow);
    if (request.deep && shallow.length === 0)
      findings.push(...(await verifyColumns(destination, part, request)));
    request.onProgress(part);
  }
  return findings;
}

function verifyManifest(folder: string, manifestText: string): readonly VerifyFinding[] {
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

function verifyFile(folder: string, part: ManifestPart): readonly VerifyFinding[] {
  const path = join(folder, part.name);
  if (!existsSync(path)) return [finding(path, "is missing")];
  const { size } = statSync(path);
  if (size !== part.bytes) return [finding(path, `has ${size} bytes instead of ${part.bytes}`)];
  const found = hashFile(path);
  if (found === part.sha256) return [];
  return [finding(path, `has SHA-256 ${found} instead of ${part.sha256 ?? "none"}`)];
}

async function verifyColumns(
  destination: Destination,
  part: ManifestPart,
  request: VerifyRequest,
): Promise<readonly VerifyFinding[]> {
  const path = join(destination.folder, part.name);
  try {
    const found = await recomputeChecksums(destination, path, request.fields);
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
