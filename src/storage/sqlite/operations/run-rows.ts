/** The runs table: its select lists and its rows, whole or without plan and manifest. */
import { TidemarkError } from "../../../core/errors.ts";
import type { JsonObject } from "../../../core/json-value.ts";
import type { RunHead, RunRow, RunStatus } from "../../port.ts";
import type { SqliteConnection } from "../connection.ts";

export const HEAD_COLUMNS =
  "tenant, run_id, pipeline, label, number, root_run_id, status, plan_hash, started_at_ms, finished_at_ms";

export type HeadColumns = readonly [
  tenant: string,
  runId: string,
  pipeline: string,
  label: string,
  number: number,
  rootRunId: string,
  status: RunStatus,
  planHash: string,
  startedAtMs: number,
  finishedAtMs: number | null,
];

type RunColumns = readonly [...HeadColumns, plan: string, manifestText: string | null];

export function decodeRunHead(columns: HeadColumns | RunColumns): RunHead {
  const [tenant, runId, pipeline, label, number, rootRunId, status, planHash, startedAtMs, finishedAtMs] =
    columns;
  return {
    tenant,
    runId,
    pipeline,
    label,
    number,
    rootRunId,
    status,
    planHash,
    startedAtMs,
    finishedAtMs,
  };
}

export function readRun(connection: SqliteConnection, tenant: string, runId: string): RunRow | undefined {
  const row = connection.row<RunColumns>(
    `SELECT ${HEAD_COLUMNS}, plan, manifest FROM runs WHERE tenant = ? AND run_id = ?`,
    tenant,
    runId,
  );
  if (row === undefined) return undefined;
  return { ...decodeRunHead(row), plan: JSON.parse(row[10]) as JsonObject, manifestText: row[11] };
}

/** Throws RUN_NOT_FOUND. */
export function getRun(connection: SqliteConnection, tenant: string, runId: string): RunRow {
  const run = readRun(connection, tenant, runId);
  if (run === undefined) throw notFound(runId);
  return run;
}

/** Throws RUN_NOT_FOUND. */
export function getRunHead(connection: SqliteConnection, tenant: string, runId: string): RunHead {
  const row = connection.row<HeadColumns>(
    `SELECT ${HEAD_COLUMNS} FROM runs WHERE tenant = ? AND run_id = ?`,
    tenant,
    runId,
  );
  if (row === undefined) throw notFound(runId);
  return decodeRunHead(row);
}

/** The pipeline's run with the greatest number. */
export function readNewestRun(
  connection: SqliteConnection,
  tenant: string,
  pipeline: string,
): RunHead | undefined {
  const row = connection.row<HeadColumns>(
    `SELECT ${HEAD_COLUMNS} FROM runs WHERE tenant = ? AND pipeline = ? ORDER BY number DESC LIMIT 1`,
    tenant,
    pipeline,
  );
  return row === undefined ? undefined : decodeRunHead(row);
}

function notFound(run: string): TidemarkError {
  return new TidemarkError("RUN_NOT_FOUND", { run, hint: "" });
}
