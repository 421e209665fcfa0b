/**
 * The typed events of one run, in the ledger under `run/<id>`: what the journal is made of (`docs/formats/journal.md`).
 * Payloads are I-JSON and carry no secret and no personal data: bounds and samples hold salted hashes instead of text.
 */
import type { JsonObject } from "../core/json-value.ts";

export type JournalEvent =
  | { readonly kind: "run.planned"; readonly payload: RunPlanned }
  | { readonly kind: "plan.warned"; readonly payload: PlanWarned }
  | { readonly kind: "chunk.started"; readonly payload: ChunkStarted }
  | { readonly kind: "chunk.completed"; readonly payload: ChunkCompleted }
  | { readonly kind: "chunk.failed"; readonly payload: ChunkFailed }
  | { readonly kind: "file.written"; readonly payload: FileWritten }
  | { readonly kind: "retry.attempted"; readonly payload: RetryAttempted }
  | { readonly kind: "records.quarantined"; readonly payload: RecordsQuarantined }
  | { readonly kind: "quality.failed"; readonly payload: QualityFailed }
  | { readonly kind: "schema.changed"; readonly payload: SchemaChanged }
  | { readonly kind: "warning.raised"; readonly payload: WarningRaised }
  | { readonly kind: "parallelism.adjusted"; readonly payload: ParallelismAdjusted }
  | { readonly kind: "output.validated"; readonly payload: OutputValidated }
  | { readonly kind: "source.reconciled"; readonly payload: SourceReconciled }
  | { readonly kind: "run.finalizing"; readonly payload: RunFinalizing }
  | { readonly kind: "run.completed"; readonly payload: RunCompleted };

export type JournalKind = JournalEvent["kind"];

export interface RunPlanned extends JsonObject {
  readonly runId: string;
  /** the first run of the chain; its own id when it resumes nothing */
  readonly rootRunId: string;
  readonly pipeline: string;
  readonly query: string;
  readonly strategy: string;
  /** why that strategy, with the numbers that decided */
  readonly why: string;
  readonly consistency: "snapshot" | "perChunk";
  readonly format: string;
  readonly compression: string;
  readonly destination: { readonly kind: string; readonly label: string };
  readonly writeMode: string;
  readonly profile: string;
  /** rows a chunk aims at; null where the source's own pieces decide */
  readonly batchSize: number | null;
  readonly validate: boolean;
  readonly reconcile: boolean;
  readonly resume: boolean;
  readonly planHash: string;
  readonly chunks: number;
}

export interface PlanWarned extends JsonObject {
  readonly level: "warning" | "degraded";
  readonly rule: string;
  readonly message: string;
}

export interface ChunkStarted extends JsonObject {
  /** 0-based */
  readonly index: number;
  /** 1-based */
  readonly attempt: number;
  readonly bounds: JsonObject;
}

export interface ChunkCompleted extends JsonObject {
  readonly index: number;
  readonly attempt: number;
  /** rows written */
  readonly rows: number;
  /** name of its first part; null when it wrote none */
  readonly file: string | null;
  readonly read: number;
  readonly quarantined: number;
  readonly filtered: number;
  readonly bytes: number;
  readonly durationMs: number;
}

export interface ChunkFailed extends JsonObject {
  readonly index: number;
  readonly attempt: number;
  readonly error: { readonly code: string; readonly message: string; readonly retry: string };
}

export interface FileWritten extends JsonObject {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** 1-based within its chunk */
  readonly part: number;
  readonly chunk: number;
  /** SHA-256; null for rows loaded into a table */
  readonly hash: string | null;
}

export interface RetryAttempted extends JsonObject {
  readonly index: number;
  readonly attempt: number;
  /** error code */
  readonly reason: string;
  readonly backoffMs: number;
}

export interface RecordsQuarantined extends JsonObject {
  readonly chunk: number;
  readonly count: number;
  readonly rules: Readonly<Record<string, number>>;
  readonly file: string | null;
  readonly hash: string | null;
  /** at most 20 */
  readonly samples: readonly {
    readonly row: number;
    readonly column: string | null;
    readonly rule: string;
    readonly valueHash: string;
  }[];
}

export interface QualityFailed extends JsonObject {
  readonly severity: "FAIL" | "WARN";
  readonly rule: string;
  readonly message: string;
}

export interface SchemaChanged extends JsonObject {
  /** as `name (type)` */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly column: string; readonly old: string; readonly new: string }[];
}

export interface WarningRaised extends JsonObject {
  readonly context: string;
  readonly message: string;
}

export interface ParallelismAdjusted extends JsonObject {
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

export interface OutputValidated extends JsonObject {
  readonly passed: boolean;
  readonly files: number;
  /** at most 20 */
  readonly failures: readonly string[];
}

export interface SourceReconciled extends JsonObject {
  readonly sourceCount: number;
  readonly exportedRows: number;
  readonly matched: boolean;
  /** exact sums as text, by column */
  readonly sums: Readonly<Record<string, { readonly source: string; readonly exported: string }>>;
}

export interface RunFinalizing extends JsonObject {
  readonly manifestHash: string;
  readonly parts: number;
  readonly rows: number;
}

export interface RunCompleted extends JsonObject {
  readonly status: "completed" | "failed" | "interrupted" | "abandoned";
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly durationMs: number;
  readonly read: number;
  readonly written: number;
  readonly quarantined: number;
  readonly filtered: number;
  readonly bytes: number;
  readonly files: number;
  readonly retries: number;
  readonly consistency: "snapshot" | "perChunk";
  readonly snapshots: readonly {
    readonly id: string;
    readonly takenAtMs: number;
    /** how many; which ones stands in the manifest */
    readonly chunks: number;
  }[];
  readonly longestChunkMs: number | null;
}
