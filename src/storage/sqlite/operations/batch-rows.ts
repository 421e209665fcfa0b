/** The batches table: state of one batch, and its change. */
import { assert } from "../../../core/errors.ts";
import type { BatchKey, BatchStatus } from "../../port.ts";
import type { SqliteConnection } from "../connection.ts";

export interface BatchState {
  readonly status: BatchStatus;
  readonly attempt: number;
}

/** The batch must exist: its key came from the run that made it. */
export function getBatchState(connection: SqliteConnection, key: BatchKey): BatchState {
  const row = connection.row<readonly [BatchStatus, number]>(
    "SELECT status, attempt FROM batches WHERE tenant = ? AND root_run_id = ? AND batch_index = ?",
    key.tenant,
    key.rootRunId,
    key.index,
  );
  assert(row !== undefined, `run ${key.rootRunId} has a batch ${key.index}`);
  return { status: row[0], attempt: row[1] };
}

export function setBatchState(connection: SqliteConnection, key: BatchKey, state: BatchState): void {
  connection.run(
    "UPDATE batches SET status = ?, attempt = ? WHERE tenant = ? AND root_run_id = ? AND batch_index = ?",
    state.status,
    state.attempt,
    key.tenant,
    key.rootRunId,
    key.index,
  );
}
