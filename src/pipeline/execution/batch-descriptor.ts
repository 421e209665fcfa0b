/**
 * What the control plane hands to the data plane and gets back, both plain JSON: a descriptor says what to read, how,
 * where to write and which attempt this is; a result says what became of it. Large things are files with hashes.
 */
import type { AttemptKey, Part } from "../../connectors/sink-port.ts";
import type { SourceSnapshot } from "../../connectors/source-port.ts";
import type { JsonObject } from "../../core/json-value.ts";

export interface BatchDescriptor extends AttemptKey {
  readonly bounds: JsonObject;
}

/** A refused row as events may carry it: no value, only its salted hash. */
export interface QuarantineSample extends JsonObject {
  readonly row: number;
  readonly column: string | null;
  readonly rule: string;
  readonly valueHash: string;
}

export interface QuarantineResult {
  readonly count: number;
  readonly rules: Readonly<Record<string, number>>;
  /** null when no row was refused; `name` is relative to the quarantine folder of the pipeline */
  readonly file: { readonly name: string; readonly bytes: number; readonly sha256: string } | null;
  readonly samples: readonly QuarantineSample[];
}

/** Rows that came in and what became of them: read = written + quarantined + filtered, always. */
export interface Balance {
  readonly read: number;
  readonly written: number;
  readonly quarantined: number;
  readonly filtered: number;
}

export interface BatchResult {
  readonly balance: Balance;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly parts: readonly Part[];
  readonly quarantine: QuarantineResult;
  /** snapshot under which this chunk was read */
  readonly snapshot: SourceSnapshot;
  readonly durationMs: number;
  readonly duplicate: boolean;
}
