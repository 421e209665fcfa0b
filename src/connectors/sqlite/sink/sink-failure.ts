/** The errors of a sink for failed calls of SQLite, and the rule a refused row broke. */
import { messageOf, systemCodeOf, TidemarkError } from "../../../core/errors.ts";
import {
  CONSTRAINT_CHECK,
  CONSTRAINT_DATATYPE,
  CONSTRAINT_FOREIGNKEY,
  CONSTRAINT_NOTNULL,
  CONSTRAINT_TRIGGER,
  failureKindOf,
  sqliteCodeOf,
} from "../sqlite-failure.ts";

export interface SinkPlace {
  readonly path: string;
  readonly pipeline: string;
}

/** The error of a sink for a failed call; any error that is not about storage passes as it is. */
export function sinkFailure(error: unknown, { path, pipeline }: SinkPlace): unknown {
  const system = systemCodeOf(error);
  if (system === "ENOSPC") return new TidemarkError("SINK_DISK_FULL", { path, pipeline }, { cause: error });
  if (system === "EACCES" || system === "EROFS" || system === "EPERM")
    return new TidemarkError("SINK_READ_ONLY", { path, reason: system }, { cause: error });
  if (sqliteCodeOf(error) === undefined) return error;
  const kind = failureKindOf(error);
  if (kind === "full") return new TidemarkError("SINK_DISK_FULL", { path, pipeline }, { cause: error });
  const reason = kind === "notDatabase" ? "it is not a SQLite database" : messageOf(error);
  const code =
    kind === "readOnly" || kind === "cannotOpen" || kind === "notDatabase"
      ? "SINK_READ_ONLY"
      : "SINK_WRITE_FAILED";
  return new TidemarkError(code, { path, reason }, { cause: error });
}

export interface BrokenRule {
  readonly rule: string;
  readonly column: string | null;
  readonly message: string;
}

const MISMATCH = 20;

const RULES: ReadonlyMap<number, BrokenRule["rule"]> = new Map([
  [CONSTRAINT_CHECK, "check"],
  [CONSTRAINT_DATATYPE, "type"],
  [CONSTRAINT_FOREIGNKEY, "foreign_key"],
  [CONSTRAINT_NOTNULL, "null"],
  [CONSTRAINT_TRIGGER, "trigger"],
]);

/** undefined when it is not the row that is at fault. */
export function brokenRuleOf(error: unknown): BrokenRule | undefined {
  const code = sqliteCodeOf(error);
  if (code === undefined) return undefined;
  const message = messageOf(error);
  if (code === MISMATCH) return { rule: "type", column: null, message };
  if (failureKindOf(error) !== "constraint") return undefined;
  const rule = RULES.get(code) ?? "unique";
  return { rule, column: rule === "null" ? columnNamedIn(message) : null, message };
}

/** `NOT NULL constraint failed: table.column` */
function columnNamedIn(message: string): string | null {
  const place = message.lastIndexOf(".");
  return place < 0 ? null : message.slice(place + 1);
}
