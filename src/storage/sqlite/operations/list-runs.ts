/** Heads of runs, newest first, found through an index; plans and manifests stay on disk. */
import type { RunFilter, RunHead } from "../../port.ts";
import type { SqliteConnection } from "../connection.ts";
import { decodeRunHead, HEAD_COLUMNS, type HeadColumns } from "./run-rows.ts";

const LIMIT_DEFAULT = 50;
/** Sorts behind everything that begins like a run id. */
const LAST_CHARACTER = "\u{10ffff}";

export function listRuns(connection: SqliteConnection, filter: RunFilter): readonly RunHead[] {
  const { tenant, limit = LIMIT_DEFAULT } = filter;
  const conditions = conditionsOf(filter);
  const where = ["tenant = ?", ...conditions.map(([sql]) => sql)].join(" AND ");
  const rows = connection.rows<HeadColumns>(
    `SELECT ${HEAD_COLUMNS} FROM runs WHERE ${where} ORDER BY ${orderOf(filter)} DESC LIMIT ?`,
    tenant,
    ...conditions.flatMap(([, ...values]) => values),
    limit,
  );
  return rows.map(decodeRunHead);
}

/** One pipeline's numbers grow with the sequence, and its index is in their order; the others are in that of the sequence. */
function orderOf({ pipeline, rootRunId, label, runIdPrefix }: RunFilter): string {
  const isNarrower = rootRunId !== undefined || label !== undefined || runIdPrefix !== undefined;
  return pipeline === undefined || isNarrower ? "sequence" : "number";
}

type Condition = readonly [sql: string, ...values: string[]];

function conditionsOf({ pipeline, rootRunId, label, runIdPrefix, status }: RunFilter): readonly Condition[] {
  const conditions: Condition[] = [];
  if (pipeline !== undefined) conditions.push(["pipeline = ?", pipeline]);
  if (rootRunId !== undefined) conditions.push(["root_run_id = ?", rootRunId]);
  if (label !== undefined) conditions.push(["label = ?", label]);
  if (runIdPrefix !== undefined)
    conditions.push(["run_id BETWEEN ? AND ?", runIdPrefix, runIdPrefix + LAST_CHARACTER]);
  if (status !== undefined) conditions.push(["status = ?", status]);
  return conditions;
}
