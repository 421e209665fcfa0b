/**
 * The SQLite table sink on the main thread: checks the target before any byte, makes it, and publishes.
 *
 * - append, upsert: rows are visible chunk by chunk, as each chunk commits; publishing does nothing
 * - replace: rows gather in a staging table; publishing swaps it in together with a key of its own, in one transaction.
 *   Until then readers see the old table, whatever happens to the source
 */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../../core/clock.ts";
import { TidemarkError } from "../../../core/errors.ts";
import { faultPoint } from "../../../core/fault-point.ts";
import { sha256Hex } from "../../../core/sha256.ts";
import type { SqliteSinkDefinition } from "../../../pipeline/definition.ts";
import type {
  PublishRequest,
  PublishWarning,
  Sink,
  SinkDescription,
  VerifyFinding,
  VerifyRequest,
} from "../../sink-port.ts";
import { quoteIdentifier } from "../quote-identifier.ts";
import { readTableSchema } from "../table-schema.ts";
import { createKeyTable, findAppliedKey, hasPublished, recordAppliedKey } from "./applied-keys.ts";
import { assertWritable, openTarget } from "./open-target.ts";
import { type SinkPlace, sinkFailure } from "./sink-failure.ts";
import { countStaged, createStaging, dropStaging, swapIn } from "./staging-table.ts";
import { checkTarget, createTableSql } from "./target-table.ts";
import { verifyTable } from "./verify-table.ts";

export interface SqliteSinkPorts {
  readonly pipeline: string;
  readonly clock: Clock;
}

export function openSqliteSink(definition: SqliteSinkDefinition, ports: SqliteSinkPorts): Sink {
  return new SqliteSink(definition, ports);
}

class SqliteSink implements Sink {
  readonly #definition: SqliteSinkDefinition;
  readonly #place: SinkPlace;
  readonly #clock: Clock;
  #database: DatabaseSync | undefined;

  constructor(definition: SqliteSinkDefinition, { pipeline, clock }: SqliteSinkPorts) {
    this.#definition = definition;
    this.#place = { path: definition.path, pipeline };
    this.#clock = clock;
  }

  describe(): SinkDescription {
    const { path, pathShown, table, writeMode, key, generatedKey } = this.#definition;
    return {
      kind: "sqlite",
      label: `${basename(pathShown ?? path)}: ${table}`,
      format: "table",
      compression: "none",
      writeMode,
      writersMax: 1,
      settings: { place: sha256Hex(path), table, writeMode, key, generatedKey },
    };
  }

  async check({ fields }: Parameters<Sink["check"]>[0]): Promise<void> {
    this.#guard(() => {
      assertWritable(this.#place);
      const exists = existsSync(this.#definition.path);
      const database = exists ? this.#open() : undefined;
      checkTarget(database, this.#definition, fields);
      if (database !== undefined && this.#definition.writeMode === "replace")
        this.#assertReplaceable(database);
      // The lock tells what permissions do not: a file system mounted read-only, a file marked immutable.
      database?.exec("BEGIN IMMEDIATE; ROLLBACK");
    });
  }

  /** Replacing drops a table: one with rows that no run has put there is somebody's. */
  #assertReplaceable(database: DatabaseSync): void {
    const { table } = this.#definition;
    if (readTableSchema(database, table) === undefined || hasPublished(database, table)) return;
    const row = database.prepare(`SELECT 1 FROM ${quoteIdentifier(table)} LIMIT 1`).get();
    if (row !== undefined) throw new TidemarkError("SINK_FOREIGN_ROWS", { table, path: this.#place.path });
  }

  async prepare({ rootRunId, fields }: Parameters<Sink["prepare"]>[0]): Promise<void> {
    this.#inTransaction((database) => {
      createKeyTable(database);
      const definition = this.#definition;
      if (definition.writeMode === "replace") {
        if (findAppliedKey(database, publishKey(rootRunId, definition)) === undefined)
          createStaging(database, { definition, fields, rootRunId });
      } else if (readTableSchema(database, definition.table) === undefined)
        database.exec(createTableSql(definition.table, definition, fields));
    });
  }

  /** Rows of a table are no parts: the table itself stands. */
  async standingManifest(): Promise<null> {
    return null;
  }

  async verify(request: VerifyRequest): Promise<readonly VerifyFinding[]> {
    return this.#guard(() =>
      verifyTable(existsSync(this.#definition.path) ? this.#open() : undefined, this.#definition, request),
    );
  }

  async publish(request: PublishRequest): Promise<readonly PublishWarning[]> {
    if (this.#definition.writeMode !== "replace") return [];
    await request.assertHeld();
    const database = this.#guard(() => this.#open());
    // Neither may change within a transaction: dropping the old table would delete, row by row, what refers to it, and
    // renaming would rewrite, or refuse, views that name the table.
    database.exec("PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON");
    try {
      this.#inTransaction(() => this.#swap(database, request));
      faultPoint("sqliteSink.afterSwap");
    } finally {
      database.exec("PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF");
    }
    return [];
  }

  /** Rows that append or upsert committed stay: they were visible, and others may have read them. */
  async discard(rootRunId: string): Promise<void> {
    if (!existsSync(this.#definition.path)) return;
    this.#inTransaction((database) => dropStaging(database, rootRunId, this.#definition.table));
  }

  async close(): Promise<void> {
    this.#database?.close();
    this.#database = undefined;
  }

  #swap(database: DatabaseSync, { rootRunId, runId, parts }: PublishRequest): void {
    const { table } = this.#definition;
    const key = publishKey(rootRunId, this.#definition);
    if (findAppliedKey(database, key) !== undefined) return;
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    const staged = countStaged(database, rootRunId, table);
    if (staged !== rows) {
      const reason = `its staging table holds ${staged} rows where ${rows} were committed`;
      throw new TidemarkError("VALIDATE_FAILED", { path: `${this.#place.path}: ${table}`, reason });
    }
    swapIn(database, rootRunId, table);
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const atMs = this.#clock.nowMs();
    recordAppliedKey(database, {
      key,
      run: runId,
      chunk: -1,
      rows,
      bytes,
      parts: [],
      accounting: null,
      atMs,
    });
    faultPoint("sqliteSink.beforeSwap");
  }

  #open(): DatabaseSync {
    this.#database ??= openTarget(this.#place);
    return this.#database;
  }

  #inTransaction(work: (database: DatabaseSync) => void): void {
    this.#guard(() => {
      const database = this.#open();
      database.exec("BEGIN IMMEDIATE");
      try {
        work(database);
        database.exec("COMMIT");
      } catch (error) {
        // A full disk has already rolled back.
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw sinkFailure(error, this.#place);
    }
  }
}

function publishKey(rootRunId: string, { table }: SqliteSinkDefinition): string {
  return `publish:${rootRunId}:${table}`;
}
