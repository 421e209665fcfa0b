/**
 * The idempotency keys of what the sink committed, in a table of the target database itself, so that rows and key are one
 * transaction. A row tells what the attempt that wrote it counted. Rows may be deleted once no run of theirs is unfinished.
 */
import type { DatabaseSync } from "node:sqlite";
import type { JsonObject } from "../../../core/json-value.ts";
import type { Part } from "../../sink-port.ts";

const TABLE = "_tidemark_keys";

export interface AppliedKey {
  readonly parts: readonly Part[];
  readonly accounting: JsonObject | null;
}

export function createKeyTable(database: DatabaseSync): void {
  database.exec(
    `CREATE TABLE IF NOT EXISTS ${TABLE} (key TEXT PRIMARY KEY NOT NULL, run TEXT NOT NULL, chunk INTEGER NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL, result TEXT NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID`,
  );
}

export function findAppliedKey(database: DatabaseSync, key: string): AppliedKey | undefined {
  const row = database.prepare(`SELECT result FROM ${TABLE} WHERE key = ?`).get(key);
  return row === undefined ? undefined : parseApplied(String(row["result"]));
}

export interface KeyRecord extends AppliedKey {
  readonly key: string;
  readonly run: string;
  readonly chunk: number;
  readonly rows: number;
  readonly bytes: number;
  readonly atMs: number;
}

export function recordAppliedKey(database: DatabaseSync, record: KeyRecord): void {
  const { key, run, chunk, rows, bytes, parts, accounting, atMs } = record;
  database
    .prepare(
      `INSERT INTO ${TABLE} (key, run, chunk, rows, bytes, result, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(key, run, chunk, rows, bytes, JSON.stringify({ parts, accounting }), atMs);
}

/** True when a run has published this table before: what stands in it is its own output. */
export function hasPublished(database: DatabaseSync, table: string): boolean {
  const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(TABLE);
  if (known === undefined) return false;
  const key = database.prepare(
    `SELECT 1 FROM ${TABLE} WHERE chunk = -1 AND substr(key, 1, 8) = 'publish:' AND substr(key, -length(?1) - 1) = ':' || ?1`,
  );
  return key.get(table) !== undefined;
}

/** Every part on record, by its name. */
export function recordedParts(database: DatabaseSync): ReadonlyMap<string, Part> {
  const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(TABLE);
  if (known === undefined) return new Map();
  const rows = database.prepare(`SELECT result FROM ${TABLE} WHERE chunk >= 0`).all();
  const parts = rows.flatMap((row) => parseApplied(String(row["result"])).parts);
  return new Map(parts.map((part) => [part.name, part]));
}

function parseApplied(text: string): AppliedKey {
  return JSON.parse(text) as AppliedKey;
}
