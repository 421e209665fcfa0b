/**
 * Holds what a finished run promised against what is there: manifest, parts and quarantine files by presence, size and
 * hash; deep also decodes every part and recomputes its column checksums.
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Manifest, parseManifest } from "../../connectors/manifest.ts";
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
  const total = totalOf(manifest);
  let done = 0;
  const found = await request.sink.verify({
    manifest,
    manifestText: run.manifestText,
    deep,
    onProgress: () => request.onProgress((done += 1), total.files),
  });
  const findings = [...found, ...(await verifyQuarantine(manifest, request.quarantineFolder))];
  return { manifest, deep, ...total, findings };
}

/** With append the parts of earlier runs are part of the output, and are looked at too. */
function totalOf({
  parts,
  totals,
  previous,
  writeMode,
}: Manifest): Pick<ValidationReport, "files" | "rows" | "bytes"> {
  const before = writeMode === "append" ? previous : null;
  return {
    files: parts.length + (before?.parts ?? 0),
    rows: totals.written + (before?.rows ?? 0),
    bytes: totals.bytes + (before?.bytes ?? 0),
  };
}

async function verifyQuarantine(manifest: Manifest, folder: string): Promise<readonly VerifyFinding[]> {
  const findings: VerifyFinding[] = [];
  for (const file of manifest.quarantine) {
    const path = join(folder, file.name);
    if (!existsSync(path)) {
      findings.push({ path, column: null, reason: "is missing (deleted quarantine can not be replayed)" });
    } else if (statSync(path).size !== file.bytes || (await hashFile(path)) !== file.sha256) {
      findings.push({ path, column: null, reason: "differs from what was written" });
    }
  }
  return findings;
}
