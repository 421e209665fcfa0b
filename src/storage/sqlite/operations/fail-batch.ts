/** Records a failed attempt: the batch is claimable again, or exhausted until a run goes on with its chain. */
import { assert } from "../../../core/errors.ts";
import type { PreparedEvent } from "../../../ledger/prepare-append.ts";
import type { BatchKey, FailBatchOutcome } from "../../port.ts";
import { appendChangeEvents, type WriteScope } from "../write-scope.ts";
import { getBatchState, setBatchState } from "./batch-rows.ts";
import { findLostLease } from "./lease-rows.ts";

export interface FailBatch extends BatchKey {
  readonly attempt: number;
  readonly willRetry: boolean;
  readonly events: readonly PreparedEvent[];
}

export function failBatch(scope: WriteScope, request: FailBatch): FailBatchOutcome {
  const { connection } = scope;
  const lost = findLostLease(connection, request.lease);
  if (lost !== undefined) return lost;
  const { status, attempt } = getBatchState(connection, request);
  if (status === "completed" && attempt === request.attempt) return { kind: "alreadyCompleted" };
  assert(
    status === "claimed" && attempt === request.attempt,
    `attempt ${request.attempt} of batch ${request.index} is in work when it fails (${status}, attempt ${attempt})`,
  );
  setBatchState(connection, request, { status: request.willRetry ? "pending" : "failed", attempt });
  appendChangeEvents(scope, request.tenant, request.events);
  return { kind: "done" };
}
