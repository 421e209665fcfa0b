/**
 * The source port. A `Source` lives on the main thread and answers questions (what columns, how to cut); a `SourceReader`
 * lives in a worker thread, stays warm between chunks and turns bounds into column batches. Nothing but plain JSON
 * (settings, bounds, snapshot ids) passes between the two, so a reader may as well run on another machine.
 */
import type { ColumnBatch, Field } from "../columns/column-batch.ts";
import type { JsonObject } from "../core/json-value.ts";

export type StrategyName = "snapshot" | "keyset" | "range" | "files" | "rowGroups";

/** How a source is cut, decided while planning and explained with its numbers. */
export interface SourcePlan {
  readonly strategy: StrategyName;
  /** one sentence for people: why this strategy, with the numbers that decided */
  readonly why: string;
  /** what exactly is read: the statement, or the file pattern; no secrets */
  readonly query: string;
  readonly consistency: "snapshot" | "perChunk";
  /** most readers that may work at once */
  readonly readersMax: number;
  /** undefined: unknown */
  readonly rowsEstimate?: number;
  readonly warnings: readonly {
    readonly level: "warning" | "degraded";
    readonly rule: string;
    readonly message: string;
  }[];
  /** the cutting rule and the space, sealed into the plan hash; no bounds, no personal data */
  readonly cutting: JsonObject;
}

export interface ColumnDescription {
  readonly field: Field;
  /** type as the source calls it */
  readonly nativeType: string;
}

export interface SourceDescription {
  /** for people: `shop.db: orders`, `orders/*.csv` */
  readonly label: string;
  readonly columns: readonly ColumnDescription[];
  /** columns that identify a row, when the source knows; empty otherwise */
  readonly key: readonly string[];
}

/** A point in time of the source that readers share; released when the run ends. */
export interface SourceSnapshot {
  readonly id: string;
  readonly takenAtMs: number;
}

export interface Source {
  /** Throws SOURCE_NOT_FOUND and SOURCE_NO_COLUMN with "did you mean". */
  describe(): Promise<SourceDescription>;
  plan(): Promise<SourcePlan>;
  /** Bounds of every chunk, in order; at least one, also for an empty source. */
  cut(plan: SourcePlan): Promise<readonly JsonObject[]>;
  /**
   * Makes all readers see one instant: `begin` is called with `hold` true while writers are kept out, must let every
   * reader open its read transaction, and is awaited. Sources without snapshots (immutable files) call it at once.
   */
  shareSnapshot(begin: (snapshot: SourceSnapshot) => Promise<void>): Promise<SourceSnapshot>;
  close(): Promise<void>;
}

/** A row that could not be decoded or does not fit its declared type. */
export interface RowFailure {
  /** 0-based place of the row within the chunk, in reading order, counting failed rows too */
  readonly row: number;
  /** null when the whole row is at fault */
  readonly column: string | null;
  /** short stable name: `type`, `range`, `encoding`, `ragged`, `syntax`, `too_large`, `storage_class`, `unique`, `null` … */
  readonly rule: string;
  readonly message: string;
  /** the row as the source has it (bytes of the line, or JSON of the values), possibly cut */
  readonly raw: Uint8Array;
  /** where in the source: file and byte offset, or key; for the quarantine file, never for events */
  readonly place: JsonObject;
}

export interface SourceBatch {
  /** rows that decoded; valid until the next batch is asked for */
  readonly batch: ColumnBatch;
  /** 0-based place within the chunk of the first record this batch accounts for, decoded or failed */
  readonly firstRow: number;
  readonly failures: readonly RowFailure[];
  /** bytes taken from the source for this batch */
  readonly bytesRead: number;
}

export interface ReadRequest {
  readonly bounds: JsonObject;
  /** fields to produce, in order, as described by the source */
  readonly fields: readonly Field[];
  readonly maxValueBytes: number;
  readonly signal: AbortSignal;
}

export interface SourceReader {
  /** Leaves an older snapshot and opens the named one; called while writers are kept out. */
  beginSnapshot(snapshotId: string): Promise<void>;
  read(request: ReadRequest): AsyncIterable<SourceBatch>;
  close(): Promise<void>;
}
