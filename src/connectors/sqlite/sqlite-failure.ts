/**
 * What a failed call of SQLite was about, told from its result code, and the error a source throws for it.
 * Result codes: https://www.sqlite.org/rescode.html; the low byte is the primary code.
 */
import { messageOf, TidemarkError } from "../../core/errors.ts";

const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const TOOBIG = 18;
const CONSTRAINT = 19;
const NOTADB = 26;

export const CONSTRAINT_CHECK = 275;
export const CONSTRAINT_FOREIGNKEY = 787;
export const CONSTRAINT_NOTNULL = 1299;
export const CONSTRAINT_TRIGGER = 1811;
export const CONSTRAINT_DATATYPE = 3091;

export type FailureKind =
  | "busy"
  | "readOnly"
  | "corrupt"
  | "full"
  | "cannotOpen"
  | "tooBig"
  | "constraint"
  | "notDatabase"
  | "other";

/** Extended result code, or undefined when the error is not SQLite's. */
export function sqliteCodeOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode : undefined;
}

export function failureKindOf(error: unknown): FailureKind {
  const code = sqliteCodeOf(error);
  return code === undefined ? "other" : (KINDS.get(code & 0xff) ?? "other");
}

const KINDS: ReadonlyMap<number, FailureKind> = new Map<number, FailureKind>([
  [BUSY, "busy"],
  [LOCKED, "busy"],
  [READONLY, "readOnly"],
  [CORRUPT, "corrupt"],
  [FULL, "full"],
  [CANTOPEN, "cannotOpen"],
  [TOOBIG, "tooBig"],
  [CONSTRAINT, "constraint"],
  [NOTADB, "notDatabase"],
]);

/** An integer beyond 2^53 was read as a JavaScript number. */
export function isIntegerOverflow(error: unknown): boolean {
  return error instanceof RangeError && "code" in error && error.code === "ERR_OUT_OF_RANGE";
}

/** The error of a source for a failed call of SQLite; any other error passes as it is. */
export function sourceFailure(error: unknown, path: string): unknown {
  if (sqliteCodeOf(error) === undefined) return error;
  const kind = failureKindOf(error);
  if (kind === "busy") {
    return new TidemarkError("SOURCE_BUSY", { path, reason: messageOf(error) }, { cause: error });
  }
  const reason = SOURCE_REASONS.get(kind) ?? messageOf(error);
  return new TidemarkError("SOURCE_UNREADABLE", { path, reason }, { cause: error });
}

const WAL_HINT =
  "a database in WAL mode needs a -shm file beside it, which cannot be made in a folder without write permission; copy the database elsewhere, or let its owner switch it to PRAGMA journal_mode=DELETE";

const SOURCE_REASONS: ReadonlyMap<FailureKind, string> = new Map<FailureKind, string>([
  ["notDatabase", "it is not a SQLite database (or it is encrypted)"],
  ["corrupt", "the database is damaged; try: PRAGMA integrity_check"],
  ["cannotOpen", `SQLite cannot open it: no permission to read it, or ${WAL_HINT}`],
  ["readOnly", `SQLite would have to write first, which this user may not: ${WAL_HINT}`],
]);
