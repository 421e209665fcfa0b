/**
 * The mark of a group that wrote no event: a row with the group's number under this opening's name, by which its outcome
 * is looked up when COMMIT failed. Rows of openings that ended without closing are swept after 30 days.
 */
import { systemClock } from "../../core/clock.ts";
import type { SqliteConnection } from "./connection.ts";

const KEPT_MS = 30 * 86_400_000;

export class GroupMark {
  readonly #writerId: string;
  #number = 0;

  constructor(writerId: string) {
    this.#writerId = writerId;
  }

  /** Within the group's transaction. */
  write(connection: SqliteConnection): void {
    const nowMs = systemClock.nowMs();
    if (this.#number === 0) connection.run("DELETE FROM writers WHERE at_ms < ?", nowMs - KEPT_MS);
    this.#number += 1;
    connection.run(
      "INSERT OR REPLACE INTO writers (writer, group_number, at_ms) VALUES (?, ?, ?)",
      this.#writerId,
      this.#number,
      nowMs,
    );
  }

  /** Whether the last mark written is there. */
  isStored(connection: SqliteConnection): boolean {
    const row = connection.row<readonly [number]>(
      "SELECT group_number FROM writers WHERE writer = ?",
      this.#writerId,
    );
    return row?.[0] === this.#number;
  }

  /** Before closing. */
  remove(connection: SqliteConnection): void {
    if (this.#number > 0) connection.run("DELETE FROM writers WHERE writer = ?", this.#writerId);
  }
}
