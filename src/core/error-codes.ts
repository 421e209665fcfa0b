/**
 * The table of every error code: its kind, when a retry can help, HTTP status, process exit code, message template
 * (`{name}` is filled from the error's details) and what to do next. Codes are `AREA_WHAT` and are never renamed.
 * `docs/errors.md` lists the same codes; a test holds table, docs and use together. One area a block, in alphabetical order.
 */

export type ErrorKind =
  | "invalid"
  | "not_found"
  | "conflict"
  | "unavailable"
  | "timeout"
  | "aborted"
  | "corrupt"
  | "limit"
  | "integrity"
  | "internal";

/** When trying again can help: never, later as it is, or after reading the current state again. */
export type ErrorRetry = "never" | "later" | "after_reload";

export interface ErrorCodeRow {
  readonly kind: ErrorKind;
  readonly retry: ErrorRetry;
  readonly http: number;
  /** 1 configuration or usage, 2 transient, 3 integrity, 4 schema drift, 5 budget, 6 partial, 130 interrupted. */
  readonly exit: number;
  readonly message: string;
  readonly next?: string;
}

/** What rows of a class have in common; a row may overrule retry and exit. */
const CLASSES = {
  invalid: { kind: "invalid", retry: "never", http: 400, exit: 1 },
  notFound: { kind: "not_found", retry: "never", http: 404, exit: 1 },
  conflict: { kind: "conflict", retry: "after_reload", http: 409, exit: 1 },
  unavailable: { kind: "unavailable", retry: "later", http: 503, exit: 2 },
  timeout: { kind: "timeout", retry: "later", http: 503, exit: 2 },
  aborted: { kind: "aborted", retry: "never", http: 500, exit: 2 },
  corrupt: { kind: "corrupt", retry: "never", http: 422, exit: 3 },
  limit: { kind: "limit", retry: "never", http: 413, exit: 1 },
  integrity: { kind: "integrity", retry: "never", http: 409, exit: 3 },
  internal: { kind: "internal", retry: "never", http: 500, exit: 3 },
} as const;

interface WrittenRow {
  readonly class: keyof typeof CLASSES;
  readonly retry?: ErrorRetry;
  readonly exit?: number;
  readonly message: string;
  readonly next?: string;
}

const TABLE = {
  // CONFIG: what people write
  CONFIG_UNREADABLE: {
    class: "invalid",
    message: "cannot read {path}: {reason}",
    next: "give another file with --config, or make one with: tidemark init",
  },
  CONFIG_NOT_FOUND: {
    class: "notFound",
    message: "no configuration at {path}",
    next: "make one with: tidemark init, or name one with --config",
  },
  CONFIG_UNWRITABLE: {
    class: "invalid",
    message: "cannot write {path}: {reason}",
    next: "choose another place with --config, or print it with --stdout",
  },
  CONFIG_SYNTAX: {
    class: "invalid",
    message: "{path}:{line}:{column}: {reason}",
    next: "mend it, then: tidemark check",
  },
  CONFIG_UNKNOWN_KEY: {
    class: "invalid",
    message: "{path}:{line}:{column}: unknown key '{key}' in {where}{hint}",
    next: "mend it, then: tidemark check",
  },
  CONFIG_INVALID: {
    class: "invalid",
    message: "{path}:{line}:{column}: {where}: {reason}",
    next: "mend it, then: tidemark check",
  },
  CONFIG_UNSET_VARIABLE: {
    class: "invalid",
    message: "{path}:{line}:{column}: {where}: environment variable {variable} is not set{hint}",
    next: "set {variable}, or write a default as ${…:-value}",
  },
  CONFIG_DUPLICATE: {
    class: "invalid",
    message: "{path}:{line}:{column}: {what} '{name}' is defined twice; the first stands at {first}",
    next: "rename one of them, then: tidemark check",
  },
  CONFIG_PROBLEMS: {
    class: "invalid",
    message: "{count} problems in the configuration:\n{problems}",
    next: "mend them, then: tidemark check",
  },
  CONFIG_UNKNOWN_PIPELINE: {
    class: "notFound",
    message: "no pipeline '{name}' in {path}{hint}",
    next: "list them with: tidemark check",
  },

  // CORE: values
  CORE_NO_CAST: {
    class: "invalid",
    message: "there is no cast from {from} to {to}",
    next: "choose another type, or cast to text first",
  },
  CORE_NOT_I_JSON: { class: "invalid", message: "{path}: {reason}" },
  CORE_JSON_SYNTAX: { class: "invalid", message: "not JSON at byte {offset}: {reason}" },
  CORE_BAD_VALUE: { class: "invalid", message: "{what} '{text}' is not understood; write it as {accepted}" },

  // FORMAT: bytes of data files
  FORMAT_CORRUPT: {
    class: "corrupt",
    message: "{file}: {reason}",
    next: "get the file anew, or take it out of the source's path, then run again",
  },
  FORMAT_UNSUPPORTED: {
    class: "invalid",
    message: "{file}: {reason}",
    next: "convert the file, or take it out of the source's path, then run again",
  },
  FORMAT_VALUE_OUT_OF_RANGE: {
    class: "invalid",
    message: "column {column}: a value cannot be written as {type}",
  },

  // INTERNAL: our fault
  INTERNAL_ASSERTION: {
    class: "internal",
    message: "broken invariant: {what}",
    next: "this is a defect in Tidemark: please report it with the journal of the run",
  },
  INTERNAL_UNEXPECTED: {
    class: "internal",
    message: "unexpected: {message}",
    next: "this is a defect in Tidemark, or a failure it does not know: please report it",
  },

  // LEASE: who works on what
  LEASE_HELD: {
    class: "conflict",
    message: "{what} is held by pid {pid} on {host} since {since}: {command}",
    next: "wait for it, or stop that process; its lease ends {expiresIn} after its last sign of life",
  },
  LEASE_LOST: {
    class: "conflict",
    message: "the lease on {what} was lost to {winner}",
    next: "look who goes on with: tidemark status",
  },

  // LEDGER: events
  LEDGER_BAD_EVENT: { class: "invalid", message: "event {index} ({kind}): {reason}" },
  LEDGER_IDEMPOTENCY_MISMATCH: {
    class: "conflict",
    retry: "never",
    message: "idempotency key '{key}' was used for other events at position {position}",
  },
  LEDGER_CHAIN_BROKEN: {
    class: "integrity",
    message: "entity {entity}: version {version} does not follow: {reason}",
  },

  // PLAN: before a run
  PLAN_INVALID: {
    class: "invalid",
    message: "pipeline {pipeline}: {reason}",
    next: "correct the pipeline, then look with: tidemark plan {pipeline}",
  },
  PLAN_CHANGED: {
    class: "conflict",
    retry: "never",
    message: "pipeline {pipeline}: the plan of {run} differs from today's: {reason}",
    next: "restore the definition and resume, or give up that run with: tidemark state reset {pipeline} --yes",
  },

  // RUN: while running
  RUN_UNFINISHED: {
    class: "conflict",
    retry: "never",
    message: "pipeline {pipeline}: {run} did not finish ({state})",
    next: "go on with: tidemark resume {pipeline}   or give it up with: tidemark state reset {pipeline} --yes",
  },
  RUN_NOTHING_TO_RESUME: {
    class: "notFound",
    message: "pipeline {pipeline}: nothing to resume: {reason}",
    next: "start a new run with: tidemark run {pipeline}",
  },
  RUN_NOT_FOUND: {
    class: "notFound",
    message: "no run '{run}'{hint}",
    next: "list them with: tidemark runs",
  },
  RUN_TOO_MANY_QUARANTINED: {
    class: "integrity",
    exit: 6,
    message: "pipeline {pipeline}: {count} of {read} rows were refused, more than {threshold}",
    next: "look at the samples with: tidemark journal {run}   then raise onError.stopAfter and: tidemark resume {pipeline}   or give up: tidemark state reset {pipeline} --yes",
  },
  RUN_BAD_ROW: {
    class: "integrity",
    message: "pipeline {pipeline}: row {row}, column {column}: refused by rule {rule}",
    next: "mend the row, or let such rows go to quarantine with onError: action quarantine",
  },
  RUN_ROW_REFUSED: { class: "invalid", message: "{message}" },
  RUN_UNBALANCED: {
    class: "integrity",
    message:
      "pipeline {pipeline}: read {read} is not written {written} + quarantined {quarantined} + filtered {filtered}",
  },
  RUN_WORKER_DIED: { class: "unavailable", message: "a worker thread ended unexpectedly: {reason}" },

  // SINK: where data goes
  SINK_READ_ONLY: {
    class: "invalid",
    message: "{path}: cannot write there: {reason}",
    next: "give the user running Tidemark write permission, or choose another path",
  },
  SINK_FOREIGN_FILES: {
    class: "conflict",
    retry: "never",
    message: "{path} holds {count} files that no run of pipeline {pipeline} wrote, such as {example}",
    next: "choose an empty folder, or move those files away",
  },
  SINK_FOREIGN_ROWS: {
    class: "conflict",
    retry: "never",
    message: "{path}: table {table} holds rows that no run wrote; replacing would drop them",
    next: "choose mode append or upsert, another table, or empty that one first",
  },
  SINK_OTHER_PIPELINE: {
    class: "conflict",
    retry: "never",
    message: "{path} holds the output of pipeline {other} ({run})",
    next: "give each pipeline a folder of its own",
  },
  SINK_DISK_FULL: {
    class: "unavailable",
    message: "no space left while writing {path}",
    next: "free some space, then: tidemark resume {pipeline}",
  },
  SINK_WRITE_FAILED: { class: "unavailable", message: "cannot write {path}: {reason}" },
  SINK_SUPERSEDED: {
    class: "conflict",
    retry: "never",
    message: "{path}: {run} has been published since this run was made; its output is left alone",
    next: "look with: tidemark runs",
  },
  SINK_PART_LOST: {
    class: "integrity",
    message: "{path} is gone, and {name} was never published",
    next: "somebody removed staged files: give up the run with: tidemark state reset PIPELINE --yes, and run again",
  },
  SINK_PART_FENCED: {
    class: "conflict",
    retry: "never",
    message: "{path} was committed by another attempt; this one's file is dropped",
  },
  SINK_SCHEMA: {
    class: "invalid",
    exit: 4,
    message: "table {table}: {reason}",
    next: "change the table, or select, rename and cast the columns so that they fit, then: tidemark plan",
  },

  // SOURCE: where data comes from
  SOURCE_BAD_KEY: {
    class: "invalid",
    message: "{where}: ({columns}) cannot be used to cut it: {reason}",
    next: "choose another key, or read it in one go with mode: snapshot",
  },
  SOURCE_NOT_FOUND: {
    class: "notFound",
    message: "{what} '{name}' does not exist in {where}{hint}",
    next: "correct the source of the pipeline, then look with: tidemark plan",
  },
  SOURCE_UNREADABLE: {
    class: "invalid",
    message: "cannot read {path}: {reason}",
    next: "correct the path or its permissions, then look with: tidemark doctor",
  },
  SOURCE_BUSY: {
    class: "unavailable",
    message: "{path} is locked by another process: {reason}",
    next: "wait for the other process, then run again",
  },
  SOURCE_CHANGED: {
    class: "conflict",
    retry: "never",
    exit: 4,
    message: "{what} changed since the plan: {reason}",
    next: "give up the unfinished run with: tidemark state reset {pipeline} --yes",
  },
  SOURCE_FILES_DISAGREE: {
    class: "invalid",
    exit: 4,
    message: "{file} and {other} do not have the same columns: {reason}",
    next: "read them with pipelines of their own, or narrow the path to files of one kind",
  },
  SOURCE_BAD_TYPE: {
    class: "invalid",
    message: "{where}: column {column} is {native}, which cannot be read as {type}",
    next: "declare another type under columns, or leave the column out of them",
  },
  SOURCE_NO_COLUMN: {
    class: "notFound",
    exit: 4,
    message: "{where} has no column '{column}'{hint}",
    next: "correct the column's name, then look with: tidemark plan",
  },

  // STORAGE: the state folder
  STORAGE_UNAVAILABLE: {
    class: "unavailable",
    message: "cannot open state at {path}: {reason}",
    next: "correct the place or its permissions, or name another folder under state",
  },
  STORAGE_FULL: {
    class: "unavailable",
    message: "no space left for state at {path}",
    next: "free some space, then try again",
  },
  STORAGE_IO: { class: "unavailable", message: "state at {path}: {reason}" },
  STORAGE_BUSY: {
    class: "timeout",
    message: "state at {path} was busy for {waitedMs} ms",
  },
  STORAGE_CORRUPT: {
    class: "corrupt",
    message: "state at {path} is damaged: {reason}",
    next: "restore the folder from a backup",
  },
  STORAGE_NEWER: {
    class: "invalid",
    message: "state at {path} was written by a newer Tidemark (format {found}, this one knows {known})",
    next: "use that version, or a newer one",
  },
  STORAGE_CLOSED: { class: "unavailable", retry: "never", message: "the state is closed" },

  // USAGE: flags
  USAGE_INVALID: { class: "invalid", message: "{reason}" },

  // VALIDATE: proof
  VALIDATE_FAILED: {
    class: "integrity",
    message: "{path}: {reason}",
    next: "see everything that differs with: tidemark validate",
  },
  VALIDATE_NOTHING: {
    class: "notFound",
    message: "{run} is {status}: it has published nothing that could be validated",
    next: "finish it with: tidemark resume {pipeline}, or name a completed run: tidemark runs",
  },
  VALIDATE_SUPERSEDED: {
    class: "conflict",
    retry: "never",
    message: "{run} was superseded by {by}, whose output has replaced it",
    next: "validate that one: tidemark validate {pipeline}/{by}",
  },
} as const;

export type ErrorCode = keyof typeof TABLE;

export const ERROR_CODES: Readonly<Record<ErrorCode, ErrorCodeRow>> = completeTable(TABLE);

function completeTable(
  table: Readonly<Record<ErrorCode, WrittenRow>>,
): Readonly<Record<ErrorCode, ErrorCodeRow>> {
  const complete = ({ class: name, ...own }: WrittenRow): ErrorCodeRow => ({ ...CLASSES[name], ...own });
  const rows = Object.entries(table).map(([code, row]) => [code, complete(row)]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets the keys that it was given
  return Object.fromEntries(rows) as Record<ErrorCode, ErrorCodeRow>;
}
