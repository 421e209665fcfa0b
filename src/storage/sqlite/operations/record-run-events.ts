/** Appends events of a run while it goes on, under its lease. */
import type { PreparedEvent } from "../../../ledger/prepare-append.ts";
import type { DoneOrLost, LeaseProof } from "../../port.ts";
import { appendChangeEvents, type WriteScope } from "../write-scope.ts";
import { findLostLease } from "./lease-rows.ts";

export interface RecordRunEvents {
  readonly lease: LeaseProof;
  readonly tenant: string;
  readonly events: readonly PreparedEvent[];
}

export function recordRunEvents(scope: WriteScope, request: RecordRunEvents): DoneOrLost {
  const lost = findLostLease(scope.connection, request.lease);
  if (lost !== undefined) return lost;
  appendChangeEvents(scope, request.tenant, request.events);
  return { kind: "done" };
}
