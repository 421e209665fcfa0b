/**
 * The SQLite source: describes a table, view or query, chooses how to cut it, and makes readers see one instant. Opens the
 * database read-only; the control connection of a shared snapshot takes the write lock and never writes.
 */
import { basename } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../../core/clock.ts";
import { assert } from "../../../core/errors.ts";
import type { JsonObject } from "../../../core/json-value.ts";
import { sha256Hex } from "../../../core/sha256.ts";
import type { Random } from "../../../core/random.ts";
import type { SqliteSourceDefinition } from "../../../pipeline/definition.ts";
import type { Source, SourceDescription, SourcePlan, SourceSnapshot } from "../../source-port.ts";
import { openForLocking, openForReading } from "../open-database.ts";
import { quoteList } from "../quote-identifier.ts";
import { sourceFailure } from "../sqlite-failure.ts";
import { schemaVersionOf } from "../table-schema.ts";
import { type ChunkBounds, encodeBounds } from "./chunk-bounds.ts";
import { chooseStrategy, type Strategy } from "./choose-strategy.ts";
import { cutKeyset } from "./cut-keyset.ts";
import { cutRange } from "./cut-range.ts";
import { holdWhileBeginning, type Sharing, sharingOf } from "./share-snapshot.ts";
import { readSourceShape, type SourceShape } from "./source-shape.ts";

export interface SqliteSourcePorts {
  readonly clock: Clock;
  /** not used: sampling is seeded with the table's name, so that plans repeat */
  readonly random?: Random;
}

export function openSqliteSource(definition: SqliteSourceDefinition, ports: SqliteSourcePorts): Source {
  return new SqliteSource(definition, ports.clock);
}

class SqliteSource implements Source {
  readonly #definition: SqliteSourceDefinition;
  readonly #clock: Clock;
  #database: DatabaseSync | undefined;
  #control: DatabaseSync | undefined;
  #shape: SourceShape | undefined;
  #snapshots = 0;

  constructor(definition: SqliteSourceDefinition, clock: Clock) {
    this.#definition = definition;
    this.#clock = clock;
  }

  async describe(): Promise<SourceDescription> {
    return this.#guard(() => {
      const { label, columns, key } = this.#shapeOf();
      return {
        label,
        columns: columns.map(({ field, native }) => ({ field, nativeType: native })),
        key: key === undefined || key.origin === "hidden" ? [] : key.columns,
      };
    });
  }

  async plan(): Promise<SourcePlan> {
    return this.#guard(() => {
      const database = this.#open();
      const shape = this.#shapeOf();
      const strategy = chooseStrategy({ database, definition: this.#definition, shape });
      const sharing = sharingOf(database, this.#definition.path);
      return {
        strategy: strategy.name,
        why: `${strategy.why}; ${sharing.why}`,
        query: queryText(shape, strategy.name, this.#definition),
        consistency: "snapshot",
        readersMax: sharing.readersMax,
        ...(strategy.rowsEstimate === undefined ? {} : { rowsEstimate: strategy.rowsEstimate }),
        warnings: warningsOf(shape, strategy, sharing),
        cutting: cuttingOf(shape, strategy, this.#definition),
      };
    });
  }

  async cut(plan: SourcePlan): Promise<readonly JsonObject[]> {
    return this.#guard(() => this.#cut(plan).map(encodeBounds));
  }

  async shareSnapshot(begin: (snapshot: SourceSnapshot) => Promise<void>): Promise<SourceSnapshot> {
    const { path } = this.#definition;
    this.#snapshots += 1;
    const id = `sqlite-${this.#clock.nowMs()}-${this.#snapshots}`;
    const control = this.#guard(() => {
      if (sharingOf(this.#open(), path).readersMax > 1) this.#control ??= openForLocking(path);
      return this.#control;
    });
    return holdWhileBeginning(control, { path, clock: this.#clock, id, begin });
  }

  async close(): Promise<void> {
    this.#control?.close();
    this.#database?.close();
    this.#control = undefined;
    this.#database = undefined;
  }

  #cut(plan: SourcePlan): readonly ChunkBounds[] {
    const database = this.#open();
    const shape = this.#shapeOf();
    const { chunkRows, rangeColumn } = this.#definition;
    const schema = shape.fingerprint;
    if (plan.strategy === "keyset") {
      const { key, table } = shape;
      assert(key !== undefined && table !== undefined, "a keyset has a table and its key");
      const version = key.origin === "hidden" ? schemaVersionOf(database) : null;
      return cutKeyset({ database, table, key, chunkRows }).map((range) => ({
        strategy: "keyset",
        schema,
        version,
        key: key.columns,
        range,
      }));
    }
    if (plan.strategy === "range") {
      assert(rangeColumn !== undefined, "the plan made sure of a range column");
      const windows = cutRange({ database, shape, column: rangeColumn, chunkRows });
      return windows.map(({ from, to }) => ({ strategy: "range", schema, column: rangeColumn, from, to }));
    }
    return [{ strategy: "snapshot", schema }];
  }

  #shapeOf(): SourceShape {
    this.#shape ??= readSourceShape(this.#open(), this.#definition);
    return this.#shape;
  }

  #open(): DatabaseSync {
    this.#database ??= openForReading(this.#definition.path);
    return this.#database;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw sourceFailure(error, this.#definition.path);
    }
  }
}

function queryText(
  shape: SourceShape,
  strategy: Strategy["name"],
  definition: SqliteSourceDefinition,
): string {
  const columns = quoteList(shape.columns.map(({ field }) => field.name));
  const conditions = [shape.shown.where.replaceAll("\n", " ")];
  if (strategy === "keyset" && shape.key !== undefined)
    conditions.push(
      `(${quoteList(shape.key.columns)}) > (:after) AND (${quoteList(shape.key.columns)}) <= (:upTo)`,
    );
  if (strategy === "range") {
    const column = quoteList([definition.rangeColumn ?? ""]);
    conditions.push(`${column} >= :from AND ${column} < :to`);
  }
  const where = conditions.filter((sql) => sql !== "").join(" AND ");
  const order =
    strategy === "range" || shape.key === undefined ? "" : ` ORDER BY ${quoteList(shape.key.columns)}`;
  return `SELECT ${columns} FROM ${shape.shown.from.replaceAll("\n", " ")}${where === "" ? "" : ` WHERE ${where}`}${order}`;
}

function warningsOf(shape: SourceShape, strategy: Strategy, sharing: Sharing): SourcePlan["warnings"] {
  const warnings: SourcePlan["warnings"][number][] = [];
  if (sharing.warning !== undefined)
    warnings.push({ level: "degraded", rule: "one_reader", message: sharing.warning });
  if (strategy.name === "keyset" && shape.key?.origin === "hidden") {
    const message =
      "the table has no unique NOT NULL key and is walked by rowid: a VACUUM or a change of the schema before all chunks are read ends the run";
    warnings.push({ level: "warning", rule: "rowid_key", message });
  }
  return warnings;
}

/** What the definition asks for, whatever the table holds; statements as their hash, for they may hold secrets. */
function demandOf({
  path,
  pathShown,
  table,
  query,
  where,
  mode,
  key,
  rangeColumn,
  chunkRows,
}: SqliteSourceDefinition): JsonObject {
  // The label seals the name of the database, unless a variable gave it.
  const database = pathShown === undefined ? [] : [basename(path)];
  const statement = sha256Hex(JSON.stringify([table ?? null, query ?? null, where ?? null, ...database]));
  return { statement, mode: mode ?? "auto", key: key ?? [], rangeColumn: rangeColumn ?? "", chunkRows };
}

function cuttingOf(shape: SourceShape, strategy: Strategy, definition: SqliteSourceDefinition): JsonObject {
  const key = strategy.name === "keyset" ? (shape.key?.columns ?? []) : [];
  return {
    strategy: strategy.name,
    rule: strategy.rule,
    demand: demandOf(definition),
    schema: shape.fingerprint,
    ...(strategy.name === "range" ? { rangeColumn: definition.rangeColumn ?? "" } : { key }),
  };
}
