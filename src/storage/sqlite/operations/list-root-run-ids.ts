/** First runs of every chain of a pipeline, read from the index alone. */
import type { SqliteConnection } from "../connection.ts";

export function listRootRunIds(
  connection: SqliteConnection,
  tenant: string,
  pipeline: string,
): readonly string[] {
  const rows = connection.rows<readonly [string]>(
    "SELECT DISTINCT root_run_id FROM runs WHERE tenant = ? AND pipeline = ?",
    tenant,
    pipeline,
  );
  return rows.map(([runId]) => runId);
}
