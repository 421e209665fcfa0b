/**
 * Holds what a finished run promised against what is there: manifest, parts and quarantine files by presence, size and
 * hash; deep also decodes every part and recomputes its column checksums.
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseFieldJson } from "../../columns/field-json.ts";
import { type Manifest, type ManifestPart, parseManifest } from "../../connectors/manifest.ts";
import type { Sink, VerifyFinding } from "../../connectors/sink-port.ts";
import { TidemarkError } from "../../core/errors.ts";
import { hashFile } from "../../core/hash-file.ts";
import type { RunRow } from "../../storage/port.ts";

export interface ValidateRequest {
  readonly run: RunRow;
  readonly sink: Sink;
  readonly quarantineFolder: string;
  readonly deep: boolean;
  readonly onProgress: (done: number, total: number) => void;
}

export interface ValidationReport {
  readonly manifest: Manifest;
  readonly deep: boolean;
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
  readonly findings: readonly VerifyFinding[];
}

/** Throws RUN_NOT_FOUND's sibling VALIDATE_NOTHING when the run has published nothing to hold against. */
export async function validateRun(request: ValidateRequest): Promise<ValidationReport> {
  const { run, deep } = request;
  const manifest = run.manifestText === null ? undefined : parseManifest(run.manifestText);
  if (manifest === undefined || run.manifestText === null || run.status !== "completed") {
    throw new TidemarkError("VALIDATE_NOTHING", {
      run: `${run.pipeline}/${run.label}`,
      pipeline: run.pipeline,
      status: run.status,
    });
  }
  const parts = [...manifest.parts, ...manifest.standing];
  let done = 0;
  const found = await request.sink.verify({
    parts,
    fields: manifest.columns.map(parseFieldJson),
    manifestText: run.manifestText,
    deep,
    onProgress: () => request.onProgress((done += 1), parts.length),
  });
  const findings = [...found, ...verifyQuarantine(manifest, request.quarantineFolder)];
  const sum = (pick: (part: ManifestPart) => number): number =>
    parts.reduce((total, part) => total + pick(part), 0);
  return {
    manifest,
    deep,
    files: parts.length,
    rows: sum((part) => part.rows),
    bytes: sum((part) => part.bytes),
    findings,
  };
}

function verifyQuarantine(manifest: Manifest, folder: string): readonly VerifyFinding[] {
  return manifest.quarantine.flatMap((file) => {
    const path = join(folder, file.name);
    if (!existsSync(path))
      return [{ path, column: null, reason: "is missing (deleted quarantine can not be replayed)" }];
    const intact = statSync(path).size === file.bytes && hashFile(path) === file.sha256;
    return intact ? [] : [{ path, column: null, reason: "differs from what was written" }];
  });
}
