/** Runs, newest first. */
import type { RunFilter, RunRow } from "../../port.ts";
import type { SqliteConnection } from "../connection.ts";
import { decodeRunRow, RUN_COLUMNS, type RunColumns } from "./run-rows.ts";

const LIMIT_DEFAULT = 50;

export function listRuns(connection: SqliteConnection, filter: RunFilter): readonly RunRow[] {
  const { tenant, pipeline, limit = LIMIT_DEFAULT } = filter;
  const rows =
    pipeline === undefined
      ? connection.rows<RunColumns>(
          `SELECT ${RUN_COLUMNS} FROM runs WHERE tenant = ? ORDER BY sequence DESC LIMIT ?`,
          tenant,
          limit,
        )
      : connection.rows<RunColumns>(
          `SELECT ${RUN_COLUMNS} FROM runs WHERE tenant = ? AND pipeline = ? ORDER BY number DESC LIMIT ?`,
          tenant,
          pipeline,
          limit,
        );
  return rows.map(decodeRunRow);
}
