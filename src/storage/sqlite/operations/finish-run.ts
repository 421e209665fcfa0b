/**
 * The last word on a run. Completed and abandoned runs stay as they are, except that a chain can be abandoned at any time:
 * then every run of it that is not completed is, and the batches of the chain, with bounds and results, are forgotten.
 */
import { assert } from "../../../core/errors.ts";
import type { PreparedEvent } from "../../../ledger/prepare-append.ts";
import type { DoneOrLost, LeaseProof, RunHead } from "../../port.ts";
import { appendChangeEvents, type WriteScope } from "../write-scope.ts";
import { findLostLease } from "./lease-rows.ts";
import { getRunHead } from "./run-rows.ts";

export interface FinishRun {
  readonly lease: LeaseProof;
  readonly tenant: string;
  readonly runId: string;
  readonly status: "completed" | "failed" | "interrupted" | "abandoned";
  readonly finishedAtMs: number;
  readonly events: readonly PreparedEvent[];
}

export function finishRun(scope: WriteScope, request: FinishRun): DoneOrLost {
  const lost = findLostLease(scope.connection, request.lease);
  if (lost !== undefined) return lost;
  const run = getRunHead(scope.connection, request.tenant, request.runId);
  if (request.status === "abandoned") abandonChain(scope, request, run);
  else finishOne(scope, request, run);
  appendChangeEvents(scope, request.tenant, request.events);
  return { kind: "done" };
}

function finishOne(scope: WriteScope, request: FinishRun, run: RunHead): void {
  assert(
    run.status !== "completed" && run.status !== "abandoned",
    `${run.label} is not ${run.status} when it becomes ${request.status}`,
  );
  scope.connection.run(
    "UPDATE runs SET status = ?, finished_at_ms = ? WHERE tenant = ? AND run_id = ?",
    request.status,
    request.finishedAtMs,
    request.tenant,
    request.runId,
  );
}

function abandonChain(scope: WriteScope, request: FinishRun, run: RunHead): void {
  const { connection } = scope;
  connection.run(
    "UPDATE runs SET status = 'abandoned', finished_at_ms = coalesce(finished_at_ms, ?)" +
      " WHERE tenant = ? AND root_run_id = ? AND status <> 'completed'",
    request.finishedAtMs,
    run.tenant,
    run.rootRunId,
  );
  connection.run("DELETE FROM batches WHERE tenant = ? AND root_run_id = ?", run.tenant, run.rootRunId);
}
