/** Forgets the checkpoints of a pipeline: its next run begins at the beginning. */
import type { PreparedEvent } from "../../../ledger/prepare-append.ts";
import type { DoneOrLost, LeaseProof } from "../../port.ts";
import { appendChangeEvents, type WriteScope } from "../write-scope.ts";
import { findLostLease } from "./lease-rows.ts";

export interface ResetCheckpoints {
  readonly lease: LeaseProof;
  readonly tenant: string;
  readonly pipeline: string;
  readonly events: readonly PreparedEvent[];
}

export function resetCheckpoints(scope: WriteScope, request: ResetCheckpoints): DoneOrLost {
  const { connection } = scope;
  const { tenant, pipeline } = request;
  const lost = findLostLease(connection, request.lease);
  if (lost !== undefined) return lost;
  connection.run("DELETE FROM checkpoints WHERE tenant = ? AND pipeline = ?", tenant, pipeline);
  appendChangeEvents(scope, tenant, request.events);
  return { kind: "done" };
}
