/**
 * The three connections to one ledger file, all on the storage thread: the writer, a read-only one for reads, and one for
 * checkpoints. States: open; broken (after a reopening that failed: the next use tries again); closed.
 *
 * WAL with synchronous=FULL: COMMIT returns after the log is flushed. The log is cut back to `LOG_KEPT_BYTES` whenever it
 * starts over, so a larger file means that it grew since.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { flushFolder } from "../../core/durable-file.ts";
import { assert, TidemarkError } from "../../core/errors.ts";
import { retryWhileBusy } from "./busy-wait.ts";
import { SqliteConnection } from "./connection.ts";
import { type LedgerIdentity, migrate, needsMigration, readIdentity } from "./migrate.ts";

export const LEDGER_FILE = "ledger.db";
export const LOG_KEPT_BYTES = 16_777_216;
const READ_BUSY_MS = 5_000;
const CACHE_KIB = 16_384;

export interface DatabaseOptions {
  readonly path: string;
  readonly busyTimeoutMs: number;
  /** tests: the file is full beyond this many pages */
  readonly maxPageCount: number | null;
}

export interface Connections {
  readonly writer: SqliteConnection;
  readonly reader: SqliteConnection;
  readonly checkpointer: SqliteConnection;
}

export class LedgerDatabase {
  readonly path: string;
  readonly busyTimeoutMs: number;
  readonly identity: LedgerIdentity;
  readonly #options: DatabaseOptions;
  #connections: Connections | undefined;

  /** Opens or makes the file. `fresh` becomes the identity of a new one. */
  constructor(options: DatabaseOptions, fresh: LedgerIdentity) {
    this.#options = options;
    this.path = options.path;
    this.busyTimeoutMs = options.busyTimeoutMs;
    const isNew = !existsSync(options.path);
    let identity: LedgerIdentity | undefined;
    this.#connections = openAll(options, (writer) => {
      identity = identify(writer, options, fresh);
    });
    assert(identity !== undefined, "an opened ledger has its identity");
    this.identity = identity;
    if (isNew) flushFolder(dirname(options.path));
  }

  get writer(): SqliteConnection {
    return this.#open().writer;
  }

  get reader(): SqliteConnection {
    return this.#open().reader;
  }

  get checkpointer(): SqliteConnection {
    return this.#open().checkpointer;
  }

  /**
   * Closes all connections, so that SQLite reads the log again, and opens them. When that fails the database is broken and
   * the next use tries again.
   */
  reopen(): void {
    this.close();
    this.#open();
  }

  close(): void {
    const connections = this.#connections;
    this.#connections = undefined;
    if (connections === undefined) return;
    for (const connection of [connections.checkpointer, connections.reader, connections.writer])
      connection.close();
  }

  #open(): Connections {
    if (this.#connections !== undefined) return this.#connections;
    this.#connections = openAll(this.#options, () => undefined);
    return this.#connections;
  }
}

/**
 * Everything at opening may meet another process that makes, recovers or closes the file at this moment, and is then told
 * to come back: so all of it is tried again, not only what takes the write lock.
 */
function openAll(options: DatabaseOptions, prepare: (writer: SqliteConnection) => void): Connections {
  const attempt = (): Connections => {
    const writer = openWriter(options);
    try {
      prepare(writer);
      return { writer, ...openOthers(options) };
    } catch (error) {
      writer.close();
      throw error;
    }
  };
  return retryWhileBusy(attempt, options.path, options.busyTimeoutMs);
}

function openWriter({ path, maxPageCount }: DatabaseOptions): SqliteConnection {
  const writer = new SqliteConnection(path, { busyTimeoutMs: 0 });
  try {
    const mode = writer.row<readonly [string]>("PRAGMA journal_mode = WAL")?.[0];
    if (mode !== "wal")
      throw new TidemarkError("STORAGE_UNAVAILABLE", {
        path,
        reason: "this file system can not share memory between processes, which a write-ahead log needs",
      });
    writer.exec(
      `PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${LOG_KEPT_BYTES};` +
        ` PRAGMA cache_size = -${CACHE_KIB}; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;` +
        " PRAGMA trusted_schema = OFF",
    );
    if (maxPageCount !== null) writer.row(`PRAGMA max_page_count = ${maxPageCount}`);
    return writer;
  } catch (error) {
    writer.close();
    throw error;
  }
}

function openOthers({ path }: DatabaseOptions): Omit<Connections, "writer"> {
  const reader = new SqliteConnection(path, { readOnly: true, busyTimeoutMs: READ_BUSY_MS });
  try {
    const checkpointer = new SqliteConnection(path, { busyTimeoutMs: 0 });
    checkpointer.exec(
      `PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${LOG_KEPT_BYTES}`,
    );
    return { reader, checkpointer };
  } catch (error) {
    reader.close();
    throw error;
  }
}

function identify(writer: SqliteConnection, options: DatabaseOptions, fresh: LedgerIdentity): LedgerIdentity {
  const { path } = options;
  if (needsMigration(writer, path)) {
    writer.exec("BEGIN IMMEDIATE");
    try {
      migrate(writer, path, fresh);
      writer.exec("COMMIT");
    } finally {
      if (writer.inTransaction) writer.exec("ROLLBACK");
    }
  }
  return readIdentity(writer, path);
}
