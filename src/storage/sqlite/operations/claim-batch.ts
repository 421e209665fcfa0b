/** Claims a pending batch for its next attempt. */
import type { PreparedEvent } from "../../../ledger/prepare-append.ts";
import type { BatchKey, ClaimBatchOutcome } from "../../port.ts";
import { appendChangeEvents, type WriteScope } from "../write-scope.ts";
import { getBatchState, setBatchState } from "./batch-rows.ts";
import { findLostLease } from "./lease-rows.ts";

export interface ClaimBatch extends BatchKey {
  readonly events: readonly PreparedEvent[];
}

export function claimBatch(scope: WriteScope, request: ClaimBatch): ClaimBatchOutcome {
  const { connection } = scope;
  const lost = findLostLease(connection, request.lease);
  if (lost !== undefined) return lost;
  const { status, attempt } = getBatchState(connection, request);
  if (status !== "pending") return { kind: "notClaimable", status };
  setBatchState(connection, request, { status: "claimed", attempt: attempt + 1 });
  appendChangeEvents(scope, request.tenant, request.events);
  return { kind: "claimed", attempt: attempt + 1 };
}
