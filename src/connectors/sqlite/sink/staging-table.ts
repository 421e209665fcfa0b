/**
 * Mode replace: rows go to a staging table beside the target, and one transaction swaps it in. The staging table is made
 * like the target as it stands (declaration, constraints), or new; unique indexes of the target guard it under names of
 * their own, so that a row that breaks one is refused when it is written. The swap drops the old table, renames, and makes
 * the old table's indexes and triggers again; views keep working, as they name the table.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Field } from "../../../columns/column-batch.ts";
import { TidemarkError } from "../../../core/errors.ts";
import type { SqliteSinkDefinition } from "../../../pipeline/definition.ts";
import { quoteIdentifier } from "../quote-identifier.ts";
import { createTableSql } from "./target-table.ts";

export function stagingName(rootRunId: string, table: string): string {
  return `__tidemark_${rootRunId}_${table}`;
}

const NAME = "(?:\"(?:[^\"]|\"\")*\"|\\[[^\\]]*\\]|`(?:[^`]|``)*`|'(?:[^']|'')*'|[^\\s(\"'`\\[]+)";
const TABLE_HEAD = new RegExp(`^CREATE TABLE\\s+${NAME}`, "i");
const UNIQUE_HEAD = new RegExp(`^CREATE UNIQUE INDEX\\s+${NAME}\\s+ON\\s+${NAME}`, "i");

/** Idempotent. */
export function createStaging(
  database: DatabaseSync,
  {
    definition,
    fields,
    rootRunId,
  }: { definition: SqliteSinkDefinition; fields: readonly Field[]; rootRunId: string },
): void {
  const name = stagingName(rootRunId, definition.table);
  if (objectsOf(database, name).length > 0) return;
  const objects = objectsOf(database, definition.table);
  const sql = objects.find(({ type }) => type === "table")?.sql;
  if (sql === undefined) {
    database.exec(createTableSql(name, definition, fields));
    return;
  }
  database.exec(sql.replace(TABLE_HEAD, () => `CREATE TABLE ${quoteIdentifier(name)}`));
  for (const [place, index] of objects.filter(({ sql: text }) => UNIQUE_HEAD.test(text)).entries()) {
    const head = `CREATE UNIQUE INDEX ${quoteIdentifier(`${name}_${place}`)} ON ${quoteIdentifier(name)}`;
    database.exec(index.sql.replace(UNIQUE_HEAD, () => head));
  }
}

export function dropStaging(database: DatabaseSync, rootRunId: string, table: string): void {
  database.exec(`DROP TABLE IF EXISTS ${quoteIdentifier(stagingName(rootRunId, table))}`);
}

export function countStaged(database: DatabaseSync, rootRunId: string, table: string): number {
  const name = stagingName(rootRunId, table);
  if (objectsOf(database, name).length === 0)
    throw new TidemarkError("SINK_SCHEMA", { table, reason: `its staging table ${name} is gone` });
  return Number(database.prepare(`SELECT count(*) AS rows FROM ${quoteIdentifier(name)}`).get()?.["rows"]);
}

/** Within a transaction of the caller's, with `legacy_alter_table` on and `foreign_keys` off. */
export function swapIn(database: DatabaseSync, rootRunId: string, table: string): void {
  const staging = stagingName(rootRunId, table);
  const later = objectsOf(database, table).filter(({ type }) => type !== "table");
  for (const { type, name } of objectsOf(database, staging))
    if (type === "index") database.exec(`DROP INDEX ${quoteIdentifier(name)}`);
  database.exec(`DROP TABLE IF EXISTS ${quoteIdentifier(table)}`);
  database.exec(`ALTER TABLE ${quoteIdentifier(staging)} RENAME TO ${quoteIdentifier(table)}`);
  for (const { sql } of later) database.exec(sql);
  const orphans = database.prepare("SELECT count(*) AS rows FROM pragma_foreign_key_check(?)").get(table)?.[
    "rows"
  ];
  if (orphans !== 0) {
    const reason = `${String(orphans)} rows refer to rows that do not exist (PRAGMA foreign_key_check)`;
    throw new TidemarkError("SINK_SCHEMA", { table, reason });
  }
}

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/** The table, its indexes made by hand, its triggers. */
function objectsOf(database: DatabaseSync, table: string): readonly SchemaObject[] {
  const rows = database
    .prepare(
      "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND type IN ('table', 'index', 'trigger') AND sql IS NOT NULL ORDER BY rowid",
    )
    .all(table);
  return rows.map((row) => ({
    type: String(row["type"]),
    name: String(row["name"]),
    sql: String(row["sql"]),
  }));
}
