/**
 * The events table: its select list, which `decode-stored-event.ts` understands, and its inserts. Inserting events is the
 * hottest thing there is: rows wait until there are sixteen for one statement (a fifth faster than one by one), and their
 * hashes are bound from buffers that are used over and over (SQLite copies them). Rows that wait must be flushed before
 * anything reads the table within the transaction, and before COMMIT.
 */
import type { SQLInputValue, StatementSync } from "node:sqlite";
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

/** In the order of `StoredEventRow`. */
export const EVENT_COLUMNS: string =
  "position, tenant, entity, version, kind, schema_version, event_id, actor, at_wall_ms, at_counter, clock_ms," +
  " correlation_id, causation_id, traceparent, gates, payload, lower(hex(payload_hash)), lower(hex(hash))";

const INSERT =
  "INSERT INTO events (position, tenant, entity, version, kind, schema_version, event_id, actor, at_wall_ms," +
  " at_counter, clock_ms, correlation_id, causation_id, traceparent, payload, payload_hash, hash) VALUES ";
const ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const ROW_VALUES = 17;
const ROWS_MAX = 16;
const HASH_BYTES = 32;

const INSERT_ONE = INSERT + ROW;
const INSERT_MANY = INSERT + Array.from({ length: ROWS_MAX }, () => ROW).join(", ");

/** Two a row: payload hash and hash. */
const hashBuffers: readonly Buffer[] = Array.from({ length: ROWS_MAX * 2 }, () => Buffer.alloc(HASH_BYTES));

export class EventInserts {
  readonly #one: StatementSync;
  readonly #many: StatementSync;
  #values: SQLInputValue[] = [];
  #count = 0;

  constructor(connection: SqliteConnection) {
    this.#one = connection.statement(INSERT_ONE);
    this.#many = connection.statement(INSERT_MANY);
  }

  add(event: PreparedEvent, place: EventPlace): void {
    this.#values.push(
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
      fillHash(this.#count * 2, event.payloadHash),
      fillHash(this.#count * 2 + 1, place.hash),
    );
    this.#count += 1;
    if (this.#count === ROWS_MAX) this.flush();
  }

  flush(): void {
    const values = this.#values;
    const count = this.#count;
    this.#values = [];
    this.#count = 0;
    if (count === ROWS_MAX) this.#many.run(...values);
    else
      for (let row = 0; row < count; row += 1)
        this.#one.run(...values.slice(row * ROW_VALUES, (row + 1) * ROW_VALUES));
  }
}

function fillHash(index: number, hash: string): Buffer {
  const buffer = hashBuffers[index] ?? Buffer.alloc(HASH_BYTES);
  buffer.write(hash, "hex");
  return buffer;
}
