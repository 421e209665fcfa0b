/** Batches of a chain, by index; none once it is abandoned. */
import type { JsonObject } from "../../../core/json-value.ts";
import type { BatchRow, BatchStatus } from "../../port.ts";
import type { SqliteConnection } from "../connection.ts";

type Columns = readonly [number, BatchStatus, number, string, string | null];

export function listBatches(
  connection: SqliteConnection,
  tenant: string,
  rootRunId: string,
): readonly BatchRow[] {
  const rows = connection.rows<Columns>(
    "SELECT batch_index, status, attempt, bounds, result FROM batches WHERE tenant = ? AND root_run_id = ?" +
      " ORDER BY batch_index",
    tenant,
    rootRunId,
  );
  return rows.map(([index, status, attempt, bounds, result]) => ({
    rootRunId,
    index,
    status,
    attempt,
    bounds: JSON.parse(bounds) as JsonObject,
    result: result === null ? null : (JSON.parse(result) as JsonObject),
  }));
}
