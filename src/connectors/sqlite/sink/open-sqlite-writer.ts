/**
 * The worker's side of the SQLite sink: the rows of one chunk and its idempotency key are one transaction, begun with the
 * first batch. A key that is already there makes the attempt a duplicate: nothing is written and the recorded result comes
 * back. A row that breaks a constraint is refused alone; SQLite undoes that one statement and the transaction goes on.
 */
import type { DatabaseSync } from "node:sqlite";
import type { ColumnBatch } from "../../../columns/column-batch.ts";
import { ColumnChecksums } from "../../../columns/column-checksum.ts";
import { renderRow } from "../../../columns/render-row.ts";
import { selectRows } from "../../../columns/select-rows.ts";
import type { Clock } from "../../../core/clock.ts";
import { assert } from "../../../core/errors.ts";
import { faultPoint } from "../../../core/fault-point.ts";
import type { JsonObject } from "../../../core/json-value.ts";
import type { SqliteSinkDefinition } from "../../../pipeline/definition.ts";
import type { RowFailure } from "../../source-port.ts";
import type { Part, SinkResult, SinkWriter, WriterRequest } from "../../sink-port.ts";
import { readTableSchema } from "../table-schema.ts";
import { type AppliedKey, createKeyTable, findAppliedKey, recordAppliedKey } from "./applied-keys.ts";
import { RowInserter } from "./insert-rows.ts";
import { openTarget } from "./open-target.ts";
import { type SinkPlace, sinkFailure } from "./sink-failure.ts";
import { stagingName } from "./staging-table.ts";
import { findColumn } from "./target-table.ts";

export interface SqliteWriterPorts {
  readonly pipeline: string;
  readonly clock: Clock;
}

export interface WarmSqliteWriter {
  /** One writer at a time: it owns the connection's transaction. */
  readonly open: (request: WriterRequest) => SinkWriter;
  readonly close: () => Promise<void>;
}

/** A connection that stays open between chunks. */
export function openSqliteWriter(
  definition: SqliteSinkDefinition,
  ports: SqliteWriterPorts,
): WarmSqliteWriter {
  const place = { path: definition.path, pipeline: ports.pipeline };
  let database: DatabaseSync | undefined;
  const connect = (): DatabaseSync => {
    if (database !== undefined) return database;
    database = openTarget(place);
    // The staging table is checked as a whole when it is swapped in; until then references lead to the old table.
    if (definition.writeMode === "replace") database.exec("PRAGMA foreign_keys = OFF");
    return database;
  };
  return {
    open: (request) => new SqliteWriter({ definition, request, place, clock: ports.clock, connect }),
    close: async () => {
      database?.close();
      database = undefined;
    },
  };
}

interface WriterContext {
  readonly definition: SqliteSinkDefinition;
  readonly request: WriterRequest;
  readonly place: SinkPlace;
  readonly clock: Clock;
  readonly connect: () => DatabaseSync;
}

interface Started {
  readonly database: DatabaseSync;
  readonly inserter: RowInserter;
}

class SqliteWriter implements SinkWriter {
  readonly #context: WriterContext;
  readonly #checksums: ColumnChecksums;
  #started: Started | undefined;
  #applied: AppliedKey | undefined;
  #rows = 0;
  #bytes = 0;

  constructor(context: WriterContext) {
    this.#context = context;
    this.#checksums = new ColumnChecksums(context.request.fields);
  }

  async write(batch: ColumnBatch): Promise<readonly RowFailure[]> {
    return this.#guard(() => {
      const started = this.#start();
      return started === undefined ? [] : this.#insertBatch(started, batch);
    });
  }

  async finish(accounting: JsonObject): Promise<SinkResult> {
    return this.#guard(() => {
      const started = this.#start();
      if (started === undefined) return this.#duplicate();
      const { key } = this.#context.request;
      const parts = [this.#part()];
      recordAppliedKey(started.database, {
        key: key.idempotencyKey,
        run: key.runId,
        chunk: key.chunk,
        rows: this.#rows,
        bytes: this.#bytes,
        parts,
        accounting,
        atMs: this.#context.clock.nowMs(),
      });
      faultPoint("sqliteSink.beforeCommit");
      started.database.exec("COMMIT");
      faultPoint("sqliteSink.afterCommit");
      return { parts, rows: this.#rows, bytes: this.#bytes, duplicate: false, accounting };
    });
  }

  async abort(): Promise<void> {
    const database = this.#started?.database;
    if (database?.isTransaction === true) database.exec("ROLLBACK");
    this.#started = undefined;
  }

  /** Begins the transaction; undefined when the key is already there. */
  #start(): Started | undefined {
    if (this.#started !== undefined || this.#applied !== undefined) return this.#started;
    const { definition, request, connect } = this.#context;
    const database = connect();
    database.exec("BEGIN IMMEDIATE");
    try {
      createKeyTable(database);
      this.#applied = findAppliedKey(database, request.key.idempotencyKey);
      if (this.#applied === undefined) this.#started = prepareInsert(database, definition, request);
    } finally {
      if (this.#started === undefined) database.exec("ROLLBACK");
    }
    return this.#started;
  }

  #insertBatch({ database, inserter }: Started, batch: ColumnBatch): readonly RowFailure[] {
    const failures = inserter
      .insert(batch)
      .map(({ row, ...broken }) => ({ row, ...broken, raw: renderRow(batch, row), place: {} }));
    assert(database.isTransaction, "a refused row leaves the transaction open");
    this.#account(batch, failures);
    return failures;
  }

  #account(batch: ColumnBatch, failures: readonly RowFailure[]): void {
    const written = failures.length === 0 ? batch : withoutRows(batch, failures);
    this.#checksums.update(written);
    this.#rows += written.rowCount;
    for (const column of written.columns) {
      if (column.layout !== "varlen") this.#bytes += column.values.byteLength;
      else this.#bytes += (column.offsets[column.rowCount] ?? 0) - (column.offsets[0] ?? 0);
    }
  }

  #part(): Part {
    const { definition, request } = this.#context;
    return {
      name: `${definition.table}/${request.key.rootRunId}/${request.key.chunk}`,
      staged: "",
      part: 1,
      rows: this.#rows,
      bytes: this.#bytes,
      sha256: null,
      columns: this.#checksums.finish(),
    };
  }

  #duplicate(): SinkResult {
    assert(this.#applied !== undefined, "an attempt that did not start is a duplicate");
    const { parts, accounting } = this.#applied;
    const sum = (pick: (part: Part) => number): number =>
      parts.reduce((total, part) => total + pick(part), 0);
    const rows = sum((part) => part.rows);
    return { parts, rows, bytes: sum((part) => part.bytes), duplicate: true, accounting };
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw sinkFailure(error, this.#context.place);
    }
  }
}

function prepareInsert(
  database: DatabaseSync,
  definition: SqliteSinkDefinition,
  { key, fields }: WriterRequest,
): Started {
  const table =
    definition.writeMode === "replace" ? stagingName(key.rootRunId, definition.table) : definition.table;
  const schema = readTableSchema(database, table);
  assert(schema !== undefined, `the sink was prepared: table ${table} exists`);
  const affinities = fields.map(({ name }) => findColumn(schema, name)?.affinity ?? "blob");
  const trigger = database
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE")
    .get(table);
  const target = { table, definition, fields };
  return { database, inserter: new RowInserter(database, target, affinities, trigger !== undefined) };
}

function withoutRows(batch: ColumnBatch, failures: readonly RowFailure[]): ColumnBatch {
  const refused = new Set(failures.map(({ row }) => row));
  const kept = Array.from({ length: batch.rowCount }, (_, row) => row).filter((row) => !refused.has(row));
  return selectRows(batch, Int32Array.from(kept));
}
