/**
 * The ledger as it will be when the group in work commits: position, clock and idempotency keys over the cached ones. Gives
 * each event its version, position, time and hash; its row is inserted with others of the group. Thrown away with a rolled
 * back group (the cached heads, which it moves, are dropped then), adopted by `LedgerHeads` after COMMIT.
 */
import type { HybridTime } from "../../ledger/event.ts";
import { GENESIS_HASH, hashEvent } from "../../ledger/event-hash.ts";
import { headerText } from "../../ledger/header-text.ts";
import { type ClockReading, nextTime } from "../../ledger/hybrid-clock.ts";
import type { PreparedEvent } from "../../ledger/prepare-append.ts";
import type { SqliteConnection } from "./connection.ts";
import { EventInserts } from "./event-rows.ts";
import type { LedgerHeads, MovingHead } from "./ledger-heads.ts";

/** An idempotency key used in this group; written when the group is sealed. */
export interface StagedKey {
  readonly tenant: string;
  readonly key: string;
  /** lower-case hex */
  readonly bodyHash: string;
  readonly firstPosition: number;
  readonly eventCount: number;
  readonly keptUntilMs: number;
}

export class GroupStage {
  position: number;
  at: HybridTime;
  /** hash of the event at `position` when this group wrote it */
  lastHash: string = GENESIS_HASH;
  readonly keys: Map<string, StagedKey> = new Map();
  readonly #connection: SqliteConnection;
  readonly #inserts: EventInserts;
  readonly #heads: LedgerHeads;
  readonly #clockStart: ClockReading;

  constructor(connection: SqliteConnection, heads: LedgerHeads, clockStart: ClockReading) {
    this.#connection = connection;
    this.#inserts = new EventInserts(connection);
    this.#heads = heads;
    this.#clockStart = clockStart;
    this.position = heads.position;
    this.at = heads.at;
  }

  /** Version of an entity, 0 when it has no events. */
  versionOf(tenant: string, entity: string): number {
    return this.#heads.head(this.#connection, tenant, entity).version;
  }

  /** The head it returns moves on with the next event of the entity. */
  append(tenant: string, event: PreparedEvent, reading: ClockReading): Readonly<MovingHead> {
    const head = this.#heads.head(this.#connection, tenant, event.entity);
    const version = head.version + 1;
    const at = nextTime(this.at, this.#clockStart, reading);
    const clockMs = reading.wallMs;
    const header = headerText({ ...event, tenant, version, at, clockMs });
    const hash = hashEvent(head.hash, header, event.payloadHash);
    const position = this.position + 1;
    this.#inserts.add(event, { position, tenant, version, at, clockMs, hash });
    head.version = version;
    head.hash = hash;
    this.position = position;
    this.at = at;
    this.lastHash = hash;
    return head;
  }

  /** Writes the rows that wait; before anything reads events within the group. */
  flush(): void {
    this.#inserts.flush();
  }

  /** Writes what waits for the end of the group. */
  seal(): void {
    this.flush();
    for (const staged of this.keys.values()) {
      this.#connection.run(
        "INSERT OR REPLACE INTO idempotency_keys (tenant, key, body_hash, first_position, event_count," +
          " durable_position, kept_until_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
        staged.tenant,
        staged.key,
        Buffer.from(staged.bodyHash, "hex"),
        staged.firstPosition,
        staged.eventCount,
        this.position,
        staged.keptUntilMs,
      );
    }
  }

  /** After COMMIT. */
  adopt(): void {
    this.#heads.adopt(this.position, this.at);
  }
}

export function keyOf(tenant: string, name: string): string {
  return `${tenant}\u0000${name}`;
}
