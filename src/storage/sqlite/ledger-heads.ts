/**
 * What the ledger had reached at the last commit this process saw: position, clock and the heads of recently written
 * entities. A cache: valid while `PRAGMA data_version` stands still, dropped when another connection has committed and
 * after every failure. It is changed only by what is durable: groups stage in `group-stage.ts` and are adopted after COMMIT.
 */
import type { HybridTime } from "../../ledger/event.ts";
import { TIME_ZERO } from "../../ledger/hybrid-clock.ts";
import type { ChainHead } from "../../ledger/verify-chain.ts";
import type { SqliteConnection } from "./connection.ts";

/** Entities remembered, about 200 bytes each. When full the cache starts over. */
const HEADS_MAX = 65_536;

export class LedgerHeads {
  position = 0;
  at: HybridTime = TIME_ZERO;
  readonly #heads = new Map<string, ChainHead>();
  #dataVersion = -1;

  /** Within the write transaction. True when somebody else had written since. */
  refresh(connection: SqliteConnection): boolean {
    const dataVersion = connection.row<readonly [number]>("PRAGMA data_version")?.[0] ?? 0;
    if (dataVersion === this.#dataVersion) return false;
    const first = this.#dataVersion === -1;
    this.#heads.clear();
    const last = connection.row<readonly [number, number, number]>(
      "SELECT position, at_wall_ms, at_counter FROM events ORDER BY position DESC LIMIT 1",
    );
    this.position = last?.[0] ?? 0;
    this.at = last === undefined ? TIME_ZERO : { wallMs: last[1], counter: last[2] };
    this.#dataVersion = dataVersion;
    return !first;
  }

  find(key: string): ChainHead | undefined {
    return this.#heads.get(key);
  }

  adopt(position: number, at: HybridTime, heads: ReadonlyMap<string, ChainHead>): void {
    this.position = position;
    this.at = at;
    if (this.#heads.size + heads.size > HEADS_MAX) this.#heads.clear();
    for (const [key, head] of heads) this.#heads.set(key, head);
  }

  /** Nothing is known any more: read again at the next group. */
  drop(): void {
    this.#dataVersion = -1;
    this.#heads.clear();
  }
}
