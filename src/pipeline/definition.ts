/**
 * A pipeline as people define it, after parsing: every unit in its base (bytes, milliseconds), every default filled.
 * `configuration/` makes these from YAML; later a code-first builder will too.
 */
import type { LogicalType } from "../columns/logical-type.ts";
import type { WriteMode } from "../connectors/sink-port.ts";

/** A text that came from the environment or from a `*_file`: it may be a secret, and is shown by its name alone. */
export interface HiddenText {
  readonly value: string;
  /** `${NAME}` */
  readonly shown: string;
}

/** What of a definition came from outside; `…Shown` stand beside texts that hold some of it, and are left out elsewhere. */
export interface Concealing {
  /** the path as people may see it */
  readonly pathShown?: string;
  /** kept out of errors, findings and warnings by `connectors/hide-texts.ts` */
  readonly hidden?: readonly HiddenText[];
}

export interface ConnectionDefinition extends Concealing {
  readonly type: "sqlite" | "files";
  readonly name: string;
  readonly path: string;
}

export type FileFormat = "parquet" | "csv" | "ndjson";
export type Compression = "zstd" | "snappy" | "none";

/** What a table or query of SQLite is read by; `mode` left out is chosen and explained by the plan. */
export interface SqliteSourceDefinition extends Concealing {
  readonly kind: "sqlite";
  readonly path: string;
  readonly table?: string;
  readonly query?: string;
  readonly queryShown?: string;
  readonly where?: string;
  readonly whereShown?: string;
  readonly mode?: "snapshot" | "keyset" | "range";
  /** columns that identify a row; unique and not null */
  readonly key?: readonly string[];
  /** integer or date column that `range` cuts */
  readonly rangeColumn?: string;
  readonly chunkRows: number;
  readonly maxSnapshotAgeMs: number;
  /** declared types that overrule the table's own */
  readonly columns: Readonly<Record<string, ColumnDeclaration>>;
}

export interface FilesSourceDefinition extends Concealing {
  readonly kind: "files";
  readonly root: string;
  /** glob below root, or one file */
  readonly path: string;
  readonly format: FileFormat;
  readonly csv: CsvSettings;
  readonly columns: Readonly<Record<string, ColumnDeclaration>>;
}

export interface CsvSettings {
  readonly header: boolean;
  readonly delimiter: string;
  /** unquoted text that means NULL; an empty unquoted cell always does */
  readonly nullText: string | null;
}

export interface ColumnDeclaration {
  readonly type: LogicalType;
  readonly nullable: boolean;
}

export type SourceDefinition = SqliteSourceDefinition | FilesSourceDefinition;

export type TransformStep =
  | { readonly kind: "select"; readonly columns: readonly string[] }
  /** old name -> new name */
  | { readonly kind: "rename"; readonly columns: Readonly<Record<string, string>> }
  | { readonly kind: "cast"; readonly columns: Readonly<Record<string, LogicalType>> };

export interface SqliteSinkDefinition extends Concealing {
  readonly kind: "sqlite";
  readonly path: string;
  readonly table: string;
  readonly writeMode: WriteMode;
  readonly key: readonly string[];
  /** a column the sink makes itself: INTEGER PRIMARY KEY, numbered from 1 in reading order; null for none */
  readonly generatedKey: string | null;
}

export interface FilesSinkDefinition extends Concealing {
  readonly kind: "files";
  readonly root: string;
  /** folder below root; `{pipeline}` and `{date}` (UTC day of the root run) are filled */
  readonly path: string;
  readonly format: FileFormat;
  readonly compression: Compression;
  readonly writeMode: "replace" | "append";
  /** a part is closed when it has reached this size */
  readonly partBytes: number;
}

export type SinkDefinition = SqliteSinkDefinition | FilesSinkDefinition;

export interface RetryPolicy {
  /** tries in all, >= 1 */
  readonly attempts: number;
  readonly baseMs: number;
  readonly capMs: number;
}

export interface ErrorPolicy {
  readonly action: "fail" | "quarantine";
  /** the run stops when refused rows exceed both; null: no bound */
  readonly stopAfterShare: number | null;
  readonly stopAfterCount: number | null;
}

export interface PipelineDefinition {
  readonly name: string;
  readonly source: SourceDefinition;
  readonly transform: readonly TransformStep[];
  readonly sink: SinkDefinition;
  readonly onError: ErrorPolicy;
  readonly retries: RetryPolicy;
  readonly validate: boolean;
  /** worker threads */
  readonly readers: number;
  readonly maxValueBytes: number;
}

export interface ProjectDefinition {
  readonly project: string;
  /** folder of the embedded state, absolute */
  readonly state: string;
  /** the configuration file, absolute */
  readonly path: string;
  readonly connections: Readonly<Record<string, ConnectionDefinition>>;
  readonly pipelines: Readonly<Record<string, PipelineDefinition>>;
}
