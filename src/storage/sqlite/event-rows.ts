/**
 * The events table: one insert and the select list that `decode-stored-event.ts` understands. The insert is the hottest
 * statement there is: hashes are bound from two buffers that are used over and over (SQLite copies them).
 */
import type { HybridTime } from "../../ledger/event.ts";
import type { PreparedEvent } from "../../ledger/prepare-append.ts";
import type { SqliteConnection } from "./connection.ts";

/** What the sequencer adds to an event. */
export interface EventPlace {
  readonly position: number;
  readonly tenant: string;
  readonly version: number;
  readonly at: HybridTime;
  readonly clockMs: number;
  /** lower-case hex */
  readonly hash: string;
}

const INSERT =
  "INSERT INTO events (position, tenant, entity, version, kind, schema_version, event_id, actor, at_wall_ms," +
  " at_counter, clock_ms, correlation_id, causation_id, traceparent, payload, payload_hash, hash)" +
  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/** In the order of `StoredEventRow`. */
export const EVENT_COLUMNS: string =
  "position, tenant, entity, version, kind, schema_version, event_id, actor, at_wall_ms, at_counter, clock_ms," +
  " correlation_id, causation_id, traceparent, gates, payload, lower(hex(payload_hash)), lower(hex(hash))";

const payloadHashBytes = Buffer.alloc(32);
const hashBytes = Buffer.alloc(32);

export function insertEventRow(connection: SqliteConnection, event: PreparedEvent, place: EventPlace): void {
  payloadHashBytes.write(event.payloadHash, "hex");
  hashBytes.write(place.hash, "hex");
  connection
    .statement(INSERT)
    .run(
      place.position,
      place.tenant,
      event.entity,
      place.version,
      event.kind,
      event.schemaVersion,
      event.eventId,
      event.actor,
      place.at.wallMs,
      place.at.counter,
      place.clockMs,
      event.correlationId,
      event.causationId,
      event.traceparent,
      event.payloadText,
      payloadHashBytes,
      hashBytes,
    );
}
