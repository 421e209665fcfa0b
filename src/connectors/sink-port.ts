/**
 * The sink port. A `SinkWriter` lives in a worker and takes the batches of one chunk attempt; what it writes is staged
 * or transactional, so that an attempt that is never committed leaves nothing a reader sees (each sink's guarantee
 * stands in `docs/guides/sinks.md`). A `Sink` lives on the main thread: it checks the destination before any byte and
 * publishes when every chunk is done.
 */
import type { ColumnBatch, Field } from "../columns/column-batch.ts";
import type { JsonObject } from "../core/json-value.ts";
import type { Manifest, ManifestPart, PreviousManifest } from "./manifest.ts";
import type { RowFailure } from "./source-port.ts";

export type WriteMode = "replace" | "append" | "upsert";

export interface ColumnChecksum {
  readonly name: string;
  readonly nulls: number;
  /** see `columns/column-checksum.ts`; lower-case hex */
  readonly checksum: string;
}

/** A finished piece of output: a staged file, or rows in a table (then `sha256` is null and `staged` empty). */
export interface Part {
  /** final name within the destination: from root run, chunk and part number only */
  readonly name: string;
  /** path of the staged file relative to the destination */
  readonly staged: string;
  readonly part: number;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string | null;
  readonly columns: readonly ColumnChecksum[];
}

/** What identifies one attempt at one chunk; plain JSON. */
export interface AttemptKey {
  readonly pipeline: string;
  readonly runId: string;
  readonly rootRunId: string;
  readonly chunk: number;
  readonly attempt: number;
  /** same for every attempt at this chunk */
  readonly idempotencyKey: string;
}

export interface WriterRequest {
  readonly key: AttemptKey;
  readonly fields: readonly Field[];
}

export interface SinkResult {
  readonly parts: readonly Part[];
  readonly rows: number;
  readonly bytes: number;
  /** true when the sink already held this idempotency key: nothing was written again, all here is what was recorded */
  readonly duplicate: boolean;
  /** what `finish` was given, by the attempt that really wrote; only sinks that record keys return it, others null */
  readonly accounting: JsonObject | null;
}

export interface SinkWriter {
  /** Rows the sink refuses (a broken constraint) come back as failures; `row` counts within `batch`. */
  write(batch: ColumnBatch): Promise<readonly RowFailure[]>;
  /**
   * Flushes to stable storage (files) or commits rows and idempotency key together (tables). `accounting` is the
   * engine's own; a sink that records keys keeps it beside the key and gives it back to a duplicate.
   */
  finish(accounting: JsonObject): Promise<SinkResult>;
  /** Drops what this attempt wrote. Safe to call after a failed write or finish. */
  abort(): Promise<void>;
}

export interface SinkDescription {
  /** `files` or `sqlite` */
  readonly kind: string;
  /** for people: `lake/orders`, `shop.db: orders` */
  readonly label: string;
  readonly format: string;
  readonly compression: string;
  readonly writeMode: WriteMode;
  /** most writers that may work at once */
  readonly writersMax: number;
  /** sealed into the plan hash */
  readonly settings: JsonObject;
}

/** What is to be published: everything the chain of a root run committed. */
export interface PublishRequest {
  readonly pipeline: string;
  readonly runId: string;
  readonly rootRunId: string;
  readonly parts: readonly Part[];
  readonly manifestText: string;
  /** throws LEASE_LOST; awaited before each step that a reader can see, so that a late process changes nothing */
  readonly assertHeld: () => Promise<void>;
}

export interface VerifyRequest {
  readonly manifest: Manifest;
  readonly manifestText: string;
  readonly deep: boolean;
  /** called after each part */
  readonly onProgress: (part: ManifestPart) => void;
}

/** One thing that is not as promised. */
export interface VerifyFinding {
  /** part, manifest or table */
  readonly path: string;
  readonly column: string | null;
  readonly reason: string;
}

export interface PublishWarning {
  readonly context: string;
  readonly message: string;
}

export interface Sink {
  describe(): SinkDescription;
  /**
   * Called before any byte is written: throws SINK_READ_ONLY, SINK_FOREIGN_FILES, SINK_OTHER_PIPELINE, SINK_SCHEMA.
   * `ownRunIds` are the run ids this ledger knows for the pipeline.
   */
  check(request: {
    readonly fields: readonly Field[];
    readonly pipeline: string;
    readonly ownRunIds: ReadonlySet<string>;
  }): Promise<void>;
  /** Makes room for a new or resumed chain; drops staged files of attempts that were never committed. Idempotent. */
  prepare(request: {
    readonly rootRunId: string;
    readonly fields: readonly Field[];
    readonly committed: readonly Part[];
  }): Promise<void>;
  /** The manifest that stands at the destination; null when there is none, or for sinks that keep none. */
  standingManifest(): Promise<PreviousManifest | null>;
  /** Compares what a manifest promises with what is there; `deep` reads every part and recomputes column checksums. */
  verify(request: VerifyRequest): Promise<readonly VerifyFinding[]>;
  /** Publishes, step by step, each step idempotent; safe to call again after a crash at any instruction. */
  publish(request: PublishRequest): Promise<readonly PublishWarning[]>;
  /** Removes what an abandoned chain staged. */
  discard(rootRunId: string): Promise<void>;
  close(): Promise<void>;
}
