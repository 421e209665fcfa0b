/**
 * What the ledger had reached at the last commit this process saw: position, clock and the heads of recently written
 * entities. A cache: valid while `PRAGMA data_version` stands still, dropped when another connection has committed.
 * Position and clock are staged in `group-stage.ts` and adopted after COMMIT. Heads are moved in place by the group in work,
 * which was the cheapest; whatever keeps a group from committing must therefore `drop` them.
 */
import type { HybridTime } from "../../ledger/event.ts";
import { TIME_ZERO } from "../../ledger/hybrid-clock.ts";
import { CHAIN_START } from "../../ledger/verify-chain.ts";
import type { SqliteConnection } from "./connection.ts";

/** Entities remembered, about 250 bytes each. When full the cache starts over. */
const HEADS_MAX = 65_536;

/** Head of an entity as of the group in work; version 0 when it has no events. */
export interface MovingHead {
  version: number;
  /** lower-case hex */
  hash: string;
}

export class LedgerHeads {
  position = 0;
  at: HybridTime = TIME_ZERO;
  readonly #heads = new Map<string, Map<string, MovingHead>>();
  #count = 0;
  #dataVersion = -1;

  /** Within the write transaction, before anything else. True when somebody else had written since. */
  refresh(connection: SqliteConnection): boolean {
    const dataVersion = connection.row<readonly [number]>("PRAGMA data_version")?.[0] ?? 0;
    if (dataVersion === this.#dataVersion) {
      if (this.#count > HEADS_MAX) this.#clear();
      return false;
    }
    const first = this.#dataVersion === -1;
    this.#clear();
    const last = connection.row<readonly [number, number, number]>(
      "SELECT position, at_wall_ms, at_counter FROM events ORDER BY position DESC LIMIT 1",
    );
    this.position = last?.[0] ?? 0;
    this.at = last === undefined ? TIME_ZERO : { wallMs: last[1], counter: last[2] };
    this.#dataVersion = dataVersion;
    return !first;
  }

  /** Within the write transaction. */
  head(connection: SqliteConnection, tenant: string, entity: string): MovingHead {
    let heads = this.#heads.get(tenant);
    if (heads === undefined) {
      heads = new Map();
      this.#heads.set(tenant, heads);
    }
    const known = heads.get(entity);
    if (known !== undefined) return known;
    const head = readHead(connection, tenant, entity);
    heads.set(entity, head);
    this.#count += 1;
    return head;
  }

  /** After COMMIT. */
  adopt(position: number, at: HybridTime): void {
    this.position = position;
    this.at = at;
  }

  /** Nothing is known any more: read again at the next group. */
  drop(): void {
    this.#dataVersion = -1;
    this.#clear();
  }

  #clear(): void {
    this.#heads.clear();
    this.#count = 0;
  }
}

function readHead(connection: SqliteConnection, tenant: string, entity: string): MovingHead {
  const row = connection.row<readonly [number, string]>(
    "SELECT version, lower(hex(hash)) FROM events WHERE tenant = ? AND entity = ? ORDER BY version DESC LIMIT 1",
    tenant,
    entity,
  );
  return row === undefined ? { ...CHAIN_START } : { version: row[0], hash: row[1] };
}
