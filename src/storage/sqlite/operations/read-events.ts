/** Events by entity and by position, as rows that the caller's side decodes; both by index, O(log n + page). */
import type { StoredEventRow } from "../../../ledger/decode-stored-event.ts";
import type { SqliteConnection } from "../connection.ts";
import { EVENT_COLUMNS } from "../event-rows.ts";

export interface ReadEntity {
  readonly tenant: string;
  readonly entity: string;
  readonly fromVersion: number;
  readonly limit: number;
}

export interface ReadPositions {
  readonly fromPosition: number;
  readonly limit: number;
}

export function readEntity(connection: SqliteConnection, request: ReadEntity): readonly StoredEventRow[] {
  return connection.rows<StoredEventRow>(
    `SELECT ${EVENT_COLUMNS} FROM events WHERE tenant = ? AND entity = ? AND version >= ? ORDER BY version LIMIT ?`,
    request.tenant,
    request.entity,
    request.fromVersion,
    request.limit,
  );
}

export function readPositions(
  connection: SqliteConnection,
  request: ReadPositions,
): readonly StoredEventRow[] {
  return connection.rows<StoredEventRow>(
    `SELECT ${EVENT_COLUMNS} FROM events WHERE position >= ? ORDER BY position LIMIT ?`,
    request.fromPosition,
    request.limit,
  );
}

export function durablePosition(connection: SqliteConnection): number {
  return connection.row<readonly [number | null]>("SELECT max(position) FROM events")?.[0] ?? 0;
}
