/**
 * Keeps the write-ahead log short. A PASSIVE checkpoint between two groups copies everything unless another process reads
 * or writes meanwhile; when it did, the next write starts the log over. While others hold it up the log grows; checkpoints
 * are then tried less often, and beyond `BRAKE_BYTES` writing waits for one.
 */
import { statSync } from "node:fs";
import { faultPoint } from "../../core/fault-point.ts";
import { pauseThread } from "./busy-wait.ts";
import { LOG_KEPT_BYTES, type LedgerDatabase } from "./ledger-database.ts";
import { isBusy } from "./sqlite-error.ts";

/** A spike saw a pinned reader grow a log to 514 MB; reads slow down well before. */
const BRAKE_BYTES = 268_435_456;
const LOOK_EVERY_BYTES = 1_048_576;
/** Pages of 4 KiB that a small operation changes, amply. */
const OPERATION_LOG_BYTES = 16_384;
const INSIST_TRIES = 40;
const INSIST_PAUSE_MS = 25;

export class LogKeeper {
  readonly #database: LedgerDatabase;
  readonly #logPath: string;
  /** size of the log file from which the next checkpoint is due */
  #dueBytes: number = LOG_KEPT_BYTES + 1;
  /** at most so much was written since the size was looked at */
  #unseenBytes = 0;

  constructor(database: LedgerDatabase) {
    this.#database = database;
    this.#logPath = `${database.path}-wal`;
  }

  /** Size of the log file; 0 when there is none. */
  logBytes(): number {
    return statSync(this.#logPath, { throwIfNoEntry: false })?.size ?? 0;
  }

  /**
   * After a group. Never throws: a checkpoint that fails loses nothing, and whoever writes next meets the cause.
   * The size is asked for once a megabyte only: asking after every COMMIT made the next flush a third slower, as the file
   * system then has a new time of change to write each time.
   */
  afterGroup(operationCount: number, payloadBytes: number): void {
    this.#unseenBytes += operationCount * OPERATION_LOG_BYTES + payloadBytes;
    if (this.#unseenBytes < LOOK_EVERY_BYTES) return;
    this.#unseenBytes = 0;
    const bytes = this.logBytes();
    if (bytes < this.#dueBytes) {
      if (bytes <= LOG_KEPT_BYTES) this.#dueBytes = LOG_KEPT_BYTES + 1;
      return;
    }
    const complete = this.#checkpoint("PASSIVE");
    // The file keeps its size until the next write starts the log over; where a reader keeps that from happening it grows.
    this.#dueBytes = Math.ceil(bytes * 1.25);
    if (!complete && bytes > BRAKE_BYTES) this.#insist("RESTART");
  }

  /** Copies everything into the database and flushes that; false when others stay in the way. */
  checkpointFully(): boolean {
    return this.#insist("FULL");
  }

  /** Before closing: leaves an empty log. */
  truncate(): void {
    this.#checkpoint("TRUNCATE");
  }

  /** Tries for a second. */
  #insist(mode: "FULL" | "RESTART"): boolean {
    for (let tries = 1; tries <= INSIST_TRIES; tries += 1) {
      if (this.#checkpoint(mode)) return true;
      pauseThread(INSIST_PAUSE_MS);
    }
    return false;
  }

  #checkpoint(mode: "PASSIVE" | "FULL" | "RESTART" | "TRUNCATE"): boolean {
    faultPoint("storage.beforeCheckpoint");
    try {
      const row = this.#database.checkpointer.row<readonly [number, number, number]>(
        `PRAGMA wal_checkpoint(${mode})`,
      );
      faultPoint("storage.afterCheckpoint");
      return row !== undefined && row[0] === 0 && row[1] === row[2];
    } catch (error) {
      if (!isBusy(error)) this.#dueBytes = this.logBytes() + LOG_KEPT_BYTES;
      return false;
    }
  }
}
