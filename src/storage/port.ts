/**
 * The storage port: atomic operations named after what they mean. An operation is durable when its promise resolves
 * (flushed, not only committed), touches nothing when it is refused, and takes the ledger events that belong to the
 * change with it, so that no fact exists without its event. Contract suite: `src/testing/storage/`, one file per operation.
 *
 * Domain refusals (conflict, held, lostLease, notFound) are returned; storage errors (full, I/O, busy) are thrown as
 * STORAGE_* after the operation is known not to have happened, or looked up when that was unknown.
 */
import type { JsonObject } from "../core/json-value.ts";
import type { AppendOutcome, AppendRequest, ProposedEvent, StoredEvent } from "../ledger/event.ts";

/** Who holds a lease; shown to people. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  /** distinguishes a reused pid: boot id and process start time where the system has them */
  readonly incarnation: string;
}

export interface Lease {
  readonly name: string;
  /** fencing token: grows with every acquisition of this name, for ever */
  readonly token: number;
  readonly holder: Holder;
  readonly sinceMs: number;
  readonly expiresAtMs: number;
}

/** Names the lease under which an operation is done; the operation is refused when it has another holder. */
export interface LeaseProof {
  readonly name: string;
  readonly token: number;
}

export type RunStatus = "running" | "finalizing" | "completed" | "failed" | "interrupted" | "abandoned";

/** What is small of a run; `findRun` gives the rest. */
export interface RunHead {
  readonly tenant: string;
  /** ULID */
  readonly runId: string;
  readonly pipeline: string;
  /** `run-7`, or `run-8-replay` when it resumes; the number is shared per pipeline */
  readonly label: string;
  readonly number: number;
  /** the first run of the chain; its own id when it resumes nothing */
  readonly rootRunId: string;
  readonly status: RunStatus;
  readonly planHash: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
}

/** A whole run; plan and manifest can be megabytes. */
export interface RunRow extends RunHead {
  readonly plan: JsonObject;
  /** canonical text of the manifest once finalizing, else null; belongs to the root run's chain */
  readonly manifestText: string | null;
}

export type BatchStatus = "pending" | "claimed" | "completed" | "failed";

export interface BatchRow {
  readonly rootRunId: string;
  /** 0-based chunk index */
  readonly index: number;
  readonly status: BatchStatus;
  /** attempts begun so far */
  readonly attempt: number;
  /** where in the source; private to the state (may hold personal data), never in the ledger */
  readonly bounds: JsonObject;
  /** of the completed batch */
  readonly result: JsonObject | null;
}

export interface Checkpoint {
  readonly pipeline: string;
  readonly stage: string;
  readonly sequence: number;
  readonly watermark: JsonObject;
  readonly idempotencyKey: string;
  readonly atMs: number;
}

export type AcquireOutcome =
  | { readonly kind: "acquired"; readonly lease: Lease }
  | { readonly kind: "held"; readonly lease: Lease };

export interface LostLease {
  readonly kind: "lostLease";
  /** today's holder, or null when nobody holds it */
  readonly lease: Lease | null;
}

export interface StartRunRequest {
  readonly lease: LeaseProof;
  readonly tenant: string;
  readonly runId: string;
  readonly pipeline: string;
  /** null starts a new chain with these bounds; else the chain is gone on with, and `bounds` is empty */
  readonly rootRunId: string | null;
  readonly planHash: string;
  readonly plan: JsonObject;
  readonly bounds: readonly JsonObject[];
  readonly startedAtMs: number;
  readonly events: readonly ProposedEvent[];
}

/** `unfinished`: the pipeline's newest run is neither completed nor abandoned and this request does not resume it. */
export type StartRunOutcome =
  | { readonly kind: "started"; readonly run: RunRow }
  | { readonly kind: "unfinished"; readonly run: RunHead }
  | LostLease;

export interface BatchKey {
  readonly lease: LeaseProof;
  readonly tenant: string;
  readonly rootRunId: string;
  readonly index: number;
}

export interface ClaimBatchRequest extends BatchKey {
  readonly events: readonly ProposedEvent[];
}

/** `claimed` counts the attempt; a batch already completed is refused. */
export type ClaimBatchOutcome =
  | { readonly kind: "claimed"; readonly attempt: number }
  | { readonly kind: "notClaimable"; readonly status: BatchStatus }
  | LostLease;

export interface CompleteBatchRequest extends BatchKey {
  readonly attempt: number;
  readonly result: JsonObject;
  readonly checkpoint: Checkpoint;
  readonly events: readonly ProposedEvent[];
}

/**
 * `completed` also when this very attempt had completed the batch with this result before: then nothing is written again.
 * `staleAttempt`: the batch was failed, claimed again, or completed otherwise.
 */
export type CompleteBatchOutcome =
  | { readonly kind: "completed" }
  | { readonly kind: "staleAttempt"; readonly attempt: number; readonly status: BatchStatus }
  | LostLease;

export interface FailBatchRequest extends BatchKey {
  readonly attempt: number;
  /** true: claimable again; false: exhausted */
  readonly willRetry: boolean;
  readonly events: readonly ProposedEvent[];
}

/** `alreadyCompleted`: this very attempt completed the batch; nothing is written. */
export type FailBatchOutcome = { readonly kind: "done" } | { readonly kind: "alreadyCompleted" } | LostLease;

export interface FinalizeRunRequest {
  readonly lease: LeaseProof;
  readonly tenant: string;
  readonly runId: string;
  readonly manifestText: string;
  readonly events: readonly ProposedEvent[];
}

/** `notReady`: batches are not all completed. */
export type FinalizeRunOutcome =
  | { readonly kind: "finalizing" }
  | { readonly kind: "notReady"; readonly openCount: number }
  | LostLease;

export interface FinishRunRequest {
  readonly lease: LeaseProof;
  readonly tenant: string;
  readonly runId: string;
  readonly status: "completed" | "failed" | "interrupted" | "abandoned";
  readonly finishedAtMs: number;
  readonly events: readonly ProposedEvent[];
}

export type DoneOrLost = { readonly kind: "done" } | LostLease;

/** What is given must all hold. */
export interface RunFilter {
  readonly tenant: string;
  readonly pipeline?: string;
  /** only runs of this chain */
  readonly rootRunId?: string;
  /** at most one run of each pipeline has it */
  readonly label?: string;
  /** only run ids that begin with it, case-sensitive */
  readonly runIdPrefix?: string;
  readonly status?: RunStatus;
  /** newest first, at most this many; 50 when left out */
  readonly limit?: number;
}

export interface Storage {
  appendEvents(request: AppendRequest): Promise<AppendOutcome>;

  /** Takes a free or expired lease; with `takeOverToken` also one whose token is that (its holder is known to be dead). */
  acquireLease(request: {
    readonly name: string;
    readonly holder: Holder;
    readonly ttlMs: number;
    readonly takeOverToken?: number;
  }): Promise<AcquireOutcome>;
  extendLease(request: { readonly proof: LeaseProof; readonly ttlMs: number }): Promise<DoneOrLost>;
  /** Releasing a lease that is lost changes nothing. */
  releaseLease(proof: LeaseProof): Promise<void>;
  findLease(name: string): Promise<Lease | undefined>;

  startRun(request: StartRunRequest): Promise<StartRunOutcome>;
  claimBatch(request: ClaimBatchRequest): Promise<ClaimBatchOutcome>;
  completeBatch(request: CompleteBatchRequest): Promise<CompleteBatchOutcome>;
  failBatch(request: FailBatchRequest): Promise<FailBatchOutcome>;
  finalizeRun(request: FinalizeRunRequest): Promise<FinalizeRunOutcome>;
  /** The last word on a run. `abandoned` applies to the whole chain of the run and forgets its bounds and results. */
  finishRun(request: FinishRunRequest): Promise<DoneOrLost>;
  /** Appends events of a run while it goes on (warnings, validation, reconciliation). */
  recordRunEvents(request: {
    readonly lease: LeaseProof;
    readonly tenant: string;
    readonly events: readonly ProposedEvent[];
  }): Promise<DoneOrLost>;
  /** Forgets the checkpoints of a pipeline. */
  resetCheckpoints(request: {
    readonly lease: LeaseProof;
    readonly tenant: string;
    readonly pipeline: string;
    readonly events: readonly ProposedEvent[];
  }): Promise<DoneOrLost>;

  findRun(tenant: string, runId: string): Promise<RunRow | undefined>;
  /** Newest first. By index, whichever of pipeline, chain, label or prefix is given; `status` alone is looked for run by run. */
  listRuns(filter: RunFilter): Promise<readonly RunHead[]>;
  /** First runs of every chain of a pipeline, in no particular order. */
  listRootRunIds(tenant: string, pipeline: string): Promise<readonly string[]>;
  listBatches(tenant: string, rootRunId: string): Promise<readonly BatchRow[]>;
  listCheckpoints(tenant: string, pipeline?: string): Promise<readonly Checkpoint[]>;

  /** Events of one entity, in version order, from `fromVersion` (1-based); at most `limit`. O(log n + limit). */
  readEntity(request: {
    readonly tenant: string;
    readonly entity: string;
    readonly fromVersion: number;
    readonly limit: number;
  }): Promise<readonly StoredEvent[]>;
  /** Events by position, ascending, from `fromPosition` (1-based); at most `limit`. O(log n + limit). */
  readPositions(request: {
    readonly fromPosition: number;
    readonly limit: number;
  }): Promise<readonly StoredEvent[]>;
  /** Position of the newest durable event, 0 when there is none. */
  durablePosition(): Promise<number>;

  /** Random bytes of this state, made once; salts the hashes of personal data in events. */
  readonly salt: Uint8Array;
  /** Unique name of this ledger, made once. */
  readonly ledgerId: string;
  /** Bytes of the write-ahead log now; a metric. */
  logBytes(): Promise<number>;
  /** Finishes what was asked for, then closes. Later calls are STORAGE_CLOSED. */
  close(): Promise<void>;
}
