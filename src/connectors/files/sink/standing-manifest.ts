/**
 * The manifest that stands in a folder, and with append the ones before it: `_manifests/<root run>.json`, each named by
 * hash in the next one's `previous`. So a manifest stays small however many runs have appended.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, TidemarkError } from "../../../core/errors.ts";
import { sha256Hex } from "../../../core/sha256.ts";
import { type Manifest, parseManifest, type PreviousManifest } from "../../manifest.ts";
import type { VerifyFinding } from "../../sink-port.ts";
import { earlierManifestPath, MANIFEST_NAME } from "./destination.ts";

export interface StandingManifest {
  readonly manifest: Manifest;
  readonly text: string;
  readonly sha256: string;
}

/** Undefined when there is none; a damaged one, or one of another making, is SINK_FOREIGN_FILES. */
export function readStandingManifest(folder: string): StandingManifest | undefined {
  const path = join(folder, MANIFEST_NAME);
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, "utf8");
  const manifest = parseOwn(folder, text);
  return { manifest, text, sha256: sha256Hex(text) };
}

function parseOwn(folder: string, text: string): Manifest {
  const details = { path: folder, count: 1, pipeline: "this one", example: MANIFEST_NAME };
  let manifest: Manifest | undefined;
  try {
    manifest = parseManifest(text);
  } catch (cause) {
    throw new TidemarkError("SINK_FOREIGN_FILES", details, { cause });
  }
  if (manifest === undefined) throw new TidemarkError("SINK_FOREIGN_FILES", details);
  return manifest;
}

/** How the next manifest names this one; counts run over the chain where earlier parts stand too. */
export function previousOf({ manifest, sha256 }: StandingManifest): PreviousManifest {
  const { rootRunId, label, parts, totals, writeMode, previous } = manifest;
  const before = writeMode === "append" ? previous : null;
  return {
    rootRunId,
    label,
    sha256,
    parts: parts.length + (before?.parts ?? 0),
    rows: totals.written + (before?.rows ?? 0),
    bytes: totals.bytes + (before?.bytes ?? 0),
  };
}

/** A manifest and, with append, those before it, newest first; a link that is broken ends the walk with a finding. */
export function* walkManifests(folder: string, newest: Manifest): Generator<Manifest | VerifyFinding> {
  let current = newest;
  for (;;) {
    yield current;
    const { previous, writeMode } = current;
    if (writeMode !== "append" || previous === null) return;
    const path = earlierManifestPath(folder, previous.rootRunId);
    const reason = faultOf(path, previous);
    if (reason !== undefined) {
      yield { path, column: null, reason };
      return;
    }
    const earlier = parseManifest(readFileSync(path, "utf8"));
    if (earlier === undefined) return;
    current = earlier;
  }
}

function faultOf(path: string, { sha256 }: PreviousManifest): string | undefined {
  try {
    const text = readFileSync(path, "utf8");
    return sha256Hex(text) === sha256 ? undefined : "differs from what the next manifest names";
  } catch (error) {
    return `cannot be read: ${messageOf(error)}`;
  }
}
