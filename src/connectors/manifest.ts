/**
 * The manifest: every file (or table load) a finished run answers for, with hashes, counts and column checksums, and
 * under which snapshots it was read. Canonical JSON, specified in `docs/formats/manifest.md`. Made by the engine
 * (`pipeline/run/build-manifest.ts`), written and read back by sinks.
 */
import type { FieldJson } from "../columns/field-json.ts";
import { canonicalize } from "../core/canonical-json.ts";
import type { JsonObject } from "../core/json-value.ts";
import { parseStrictJson } from "../core/strict-json.ts";
import type { Part, WriteMode } from "./sink-port.ts";

export const MANIFEST_FORMAT = "tidemark/manifest/v1";

/** A part as a manifest lists it: where it is, no longer where it was staged. */
export type ManifestPart = Omit<Part, "staged"> & { readonly chunk: number; readonly rootRunId: string };

/** Names a manifest by its hash; with append it is kept as `_manifests/<root run>.json`. Counts run over its whole chain. */
export interface PreviousManifest {
  readonly rootRunId: string;
  readonly label: string;
  readonly sha256: string;
  readonly parts: number;
  readonly rows: number;
  readonly bytes: number;
}

export interface ManifestSnapshot {
  readonly id: string;
  readonly takenAtMs: number;
  readonly chunks: readonly number[];
}

export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly ledger: string;
  readonly pipeline: string;
  readonly runId: string;
  readonly label: string;
  readonly rootRunId: string;
  readonly planHash: string;
  readonly createdAtMs: number;
  readonly writeMode: WriteMode;
  readonly consistency: "snapshot" | "perChunk";
  readonly snapshots: readonly ManifestSnapshot[];
  readonly columns: readonly FieldJson[];
  readonly totals: {
    readonly read: number;
    readonly written: number;
    readonly quarantined: number;
    readonly filtered: number;
    readonly bytes: number;
  };
  readonly parts: readonly ManifestPart[];
  /** the manifest that stood when this one was made: its parts stand too (append), or go (replace); null for the first */
  readonly previous: PreviousManifest | null;
  readonly quarantine: readonly {
    readonly name: string;
    readonly chunk: number;
    readonly rows: number;
    readonly bytes: number;
    readonly sha256: string;
  }[];
}

export function renderManifest(manifest: Manifest): string {
  return canonicalize(manifest as unknown as JsonObject);
}

/** Reads a manifest back; what is not one of ours and of this version throws CORE_* or is undefined. */
export function parseManifest(text: string): Manifest | undefined {
  const json = parseStrictJson(text) as unknown as Manifest;
  return json.format === MANIFEST_FORMAT ? json : undefined;
}
