/**
 * Builds the manifest of a chain whose chunks are all committed. Its text is stored before anything is published, so
 * that a crash in between publishes exactly the same.
 */
import { fieldJson } from "../../columns/field-json.ts";
import {
  type Manifest,
  MANIFEST_FORMAT,
  type ManifestPart,
  type ManifestSnapshot,
  type PreviousManifest,
} from "../../connectors/manifest.ts";
import type { Part } from "../../connectors/sink-port.ts";
import type { BatchResult } from "../execution/batch-descriptor.ts";
import type { RunContext } from "./run-context.ts";
import { tallyResults } from "./tally.ts";

export interface ManifestInput {
  readonly results: ReadonlyMap<number, BatchResult>;
  readonly previous: PreviousManifest | null;
}

export function buildManifest(context: RunContext, input: ManifestInput): Manifest {
  const { plan, run } = context;
  const ordered = [...input.results].toSorted(([a], [b]) => a - b);
  const tally = tallyResults(ordered.map(([, result]) => result));
  const snapshots = listSnapshots(ordered);
  return {
    format: MANIFEST_FORMAT,
    ledger: context.ports.storage.ledgerId,
    pipeline: plan.pipeline,
    runId: run.runId,
    label: run.label,
    rootRunId: run.rootRunId,
    planHash: plan.planHash,
    createdAtMs: context.ports.clock.nowMs(),
    writeMode: plan.sink.writeMode,
    consistency: snapshots.length > 1 ? "perChunk" : plan.source.consistency,
    snapshots,
    columns: plan.outputFields.map(fieldJson),
    totals: {
      read: tally.read,
      written: tally.written,
      quarantined: tally.quarantined,
      filtered: tally.filtered,
      bytes: tally.bytesWritten,
    },
    parts: ordered.flatMap(([chunk, result]) =>
      result.parts.map((part) => manifestPart(part, chunk, run.rootRunId)),
    ),
    previous: input.previous,
    quarantine: ordered.flatMap(([chunk, result]) => quarantinePart(chunk, result)),
  };
}

function manifestPart({ staged: _staged, ...part }: Part, chunk: number, rootRunId: string): ManifestPart {
  return { ...part, chunk, rootRunId };
}

function quarantinePart(chunk: number, { quarantine }: BatchResult): Manifest["quarantine"] {
  if (quarantine.file === null) return [];
  return [{ ...quarantine.file, chunk, rows: quarantine.count }];
}

export function listSnapshots(ordered: readonly (readonly [number, BatchResult])[]): ManifestSnapshot[] {
  const byId = new Map<
    string,
    { readonly id: string; readonly takenAtMs: number; readonly chunks: number[] }
  >();
  for (const [chunk, { snapshot }] of ordered) {
    const known = byId.get(snapshot.id) ?? { ...snapshot, chunks: [] };
    known.chunks.push(chunk);
    byId.set(snapshot.id, known);
  }
  return [...byId.values()];
}
