/** The runs table: its select list and its rows. */
import { TidemarkError } from "../../../core/errors.ts";
import type { JsonObject } from "../../../core/json-value.ts";
import type { RunRow, RunStatus } from "../../port.ts";
import type { SqliteConnection } from "../connection.ts";

export const RUN_COLUMNS =
  "tenant, run_id, pipeline, label, number, root_run_id, status, plan_hash, plan, manifest, started_at_ms, finished_at_ms";

export type RunColumns = readonly [
  tenant: string,
  runId: string,
  pipeline: string,
  label: string,
  number: number,
  rootRunId: string,
  status: RunStatus,
  planHash: string,
  plan: string,
  manifestText: string | null,
  startedAtMs: number,
  finishedAtMs: number | null,
];

export function decodeRunRow(columns: RunColumns): RunRow {
  const [tenant, runId, pipeline, label, number, rootRunId, status, planHash, planText] = columns;
  const plan = JSON.parse(planText) as JsonObject;
  return {
    tenant,
    runId,
    pipeline,
    label,
    number,
    rootRunId,
    status,
    planHash,
    plan,
    manifestText: columns[9],
    startedAtMs: columns[10],
    finishedAtMs: columns[11],
  };
}

export function readRun(connection: SqliteConnection, tenant: string, runId: string): RunRow | undefined {
  const row = connection.row<RunColumns>(
    `SELECT ${RUN_COLUMNS} FROM runs WHERE tenant = ? AND run_id = ?`,
    tenant,
    runId,
  );
  return row === undefined ? undefined : decodeRunRow(row);
}

/** Throws RUN_NOT_FOUND. */
export function getRun(connection: SqliteConnection, tenant: string, runId: string): RunRow {
  const run = readRun(connection, tenant, runId);
  if (run === undefined) throw new TidemarkError("RUN_NOT_FOUND", { run: runId, hint: "" });
  return run;
}

/** The pipeline's run with the greatest number. */
export function readNewestRun(
  connection: SqliteConnection,
  tenant: string,
  pipeline: string,
): RunRow | undefined {
  const row = connection.row<RunColumns>(
    `SELECT ${RUN_COLUMNS} FROM runs WHERE tenant = ? AND pipeline = ? ORDER BY number DESC LIMIT 1`,
    tenant,
    pipeline,
  );
  return row === undefined ? undefined : decodeRunRow(row);
}
