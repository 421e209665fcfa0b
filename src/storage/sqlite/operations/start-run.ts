/**
 * Starts a run: a new chain with its batches, or the next run of a chain. Only the newest chain of a pipeline can be
 * unfinished. Going on with a chain makes what was claimed or exhausted pending again, and ends its runs that still stand
 * as running: whoever ran them lost the lease.
 */
import type { PreparedEvent } from "../../../ledger/prepare-append.ts";
import type { RunHead, StartRunOutcome, StartRunRequest } from "../../port.ts";
import { appendChangeEvents, type WriteScope } from "../write-scope.ts";
import { findLostLease } from "./lease-rows.ts";
import { getRun, getRunHead, readNewestRun } from "./run-rows.ts";

/** `plan` and `bounds` as canonical text. */
export interface StartRun extends Omit<StartRunRequest, "events" | "plan" | "bounds"> {
  readonly planText: string;
  readonly boundsTexts: readonly string[];
  readonly events: readonly PreparedEvent[];
}

export function startRun(scope: WriteScope, request: StartRun): StartRunOutcome {
  const { connection } = scope;
  const { tenant, pipeline, rootRunId } = request;
  const lost = findLostLease(connection, request.lease);
  if (lost !== undefined) return lost;
  const newest = readNewestRun(connection, tenant, pipeline);
  if (newest !== undefined && isOpen(newest) && newest.rootRunId !== rootRunId)
    return { kind: "unfinished", run: newest };
  if (rootRunId !== null) getRunHead(connection, tenant, rootRunId);
  insertRun(scope, request, (newest?.number ?? 0) + 1);
  if (rootRunId === null) insertBatches(scope, request);
  else reopenBatches(scope, tenant, rootRunId);
  appendChangeEvents(scope, tenant, request.events);
  return { kind: "started", run: getRun(connection, tenant, request.runId) };
}

function isOpen(run: RunHead): boolean {
  return run.status !== "completed" && run.status !== "abandoned";
}

function insertRun(scope: WriteScope, request: StartRun, number: number): void {
  const { connection } = scope;
  const { tenant, rootRunId, startedAtMs } = request;
  if (rootRunId !== null) interruptEarlier(scope, tenant, rootRunId, startedAtMs);
  connection.run(
    "INSERT INTO runs (tenant, run_id, pipeline, label, number, root_run_id, status, plan_hash, plan, manifest," +
      " started_at_ms) VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?)",
    tenant,
    request.runId,
    request.pipeline,
    rootRunId === null ? `run-${number}` : `run-${number}-replay`,
    number,
    rootRunId ?? request.runId,
    request.planHash,
    request.planText,
    rootRunId === null ? null : findManifest(scope, tenant, rootRunId),
    startedAtMs,
  );
}

function interruptEarlier(scope: WriteScope, tenant: string, rootRunId: string, atMs: number): void {
  scope.connection.run(
    "UPDATE runs SET status = 'interrupted', finished_at_ms = ? WHERE tenant = ? AND root_run_id = ?" +
      " AND status IN ('running', 'finalizing')",
    atMs,
    tenant,
    rootRunId,
  );
}

/** The chain's manifest, once one of its runs was finalizing. */
function findManifest(scope: WriteScope, tenant: string, rootRunId: string): string | null {
  const row = scope.connection.row<readonly [string]>(
    "SELECT manifest FROM runs WHERE tenant = ? AND root_run_id = ? AND manifest IS NOT NULL" +
      " ORDER BY number DESC LIMIT 1",
    tenant,
    rootRunId,
  );
  return row?.[0] ?? null;
}

function insertBatches(scope: WriteScope, { tenant, runId, boundsTexts }: StartRun): void {
  const insert = scope.connection.statement(
    "INSERT INTO batches (tenant, root_run_id, batch_index, status, attempt, bounds) VALUES (?, ?, ?, 'pending', 0, ?)",
  );
  boundsTexts.forEach((bounds, index) => insert.run(tenant, runId, index, bounds));
}

function reopenBatches(scope: WriteScope, tenant: string, rootRunId: string): void {
  scope.connection.run(
    "UPDATE batches SET status = 'pending' WHERE tenant = ? AND root_run_id = ? AND status IN ('claimed', 'failed')",
    tenant,
    rootRunId,
  );
}
