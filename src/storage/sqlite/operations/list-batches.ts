/**
 * Batches of a chain, by index; none once it is abandoned. Bounds and results cross threads as text and are parsed by
 * whoever asked: a chain can have hundreds of thousands.
 */
import type { BatchStatus } from "../../port.ts";
import type { SqliteConnection } from "../connection.ts";

export type BatchColumns = readonly [
  index: number,
  status: BatchStatus,
  attempt: number,
  bounds: string,
  result: string | null,
];

export function listBatches(
  connection: SqliteConnection,
  tenant: string,
  rootRunId: string,
): readonly BatchColumns[] {
  return connection.rows<BatchColumns>(
    "SELECT batch_index, status, attempt, bounds, result FROM batches WHERE tenant = ? AND root_run_id = ?" +
      " ORDER BY batch_index",
    tenant,
    rootRunId,
  );
}
