/** From here on the run only publishes: its manifest is fixed. Doing it again with the same run is fine. */
import type { PreparedEvent } from "../../../ledger/prepare-append.ts";
import type { FinalizeRunOutcome, LeaseProof } from "../../port.ts";
import { appendChangeEvents, type WriteScope } from "../write-scope.ts";
import { findLostLease } from "./lease-rows.ts";
import { getRunHead } from "./run-rows.ts";

export interface FinalizeRun {
  readonly lease: LeaseProof;
  readonly tenant: string;
  readonly runId: string;
  readonly manifestText: string;
  readonly events: readonly PreparedEvent[];
}

export function finalizeRun(scope: WriteScope, request: FinalizeRun): FinalizeRunOutcome {
  const { connection } = scope;
  const { tenant, runId } = request;
  const lost = findLostLease(connection, request.lease);
  if (lost !== undefined) return lost;
  const { rootRunId } = getRunHead(connection, tenant, runId);
  const openCount =
    connection.row<readonly [number]>(
      "SELECT count(*) FROM batches WHERE tenant = ? AND root_run_id = ? AND status <> 'completed'",
      tenant,
      rootRunId,
    )?.[0] ?? 0;
  if (openCount > 0) return { kind: "notReady", openCount };
  connection.run(
    "UPDATE runs SET status = 'finalizing', manifest = ? WHERE tenant = ? AND run_id = ?",
    request.manifestText,
    tenant,
    runId,
  );
  appendChangeEvents(scope, tenant, request.events);
  return { kind: "finalizing" };
}
