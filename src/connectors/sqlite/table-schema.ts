/** What SQLite's catalogue says of a table: kind, columns, and the keys whose columns can never be NULL. */
import type { DatabaseSync } from "node:sqlite";
import { affinityOf, type Affinity } from "./declared-type.ts";
import { quoteIdentifier } from "./quote-identifier.ts";

export interface TableColumn {
  readonly name: string;
  readonly declared: string;
  readonly affinity: Affinity;
  readonly notNull: boolean;
  /** 1-based place in the primary key, 0 when it is no part of it */
  readonly keyPlace: number;
  readonly generated: boolean;
  readonly hasDefault: boolean;
}

export interface UniqueKey {
  readonly columns: readonly string[];
  /** how the planner is told to walk it */
  readonly hint: string;
  readonly origin: "rowid" | "primary" | "unique";
}

export interface TableSchema {
  readonly name: string;
  readonly kind: "table" | "view" | "virtual";
  readonly withoutRowid: boolean;
  readonly columns: readonly TableColumn[];
  /** best first */
  readonly uniqueKeys: readonly UniqueKey[];
  /** a name under which the rowid can be asked for; null when there is none */
  readonly rowid: string | null;
}

export function tableNames(database: DatabaseSync): readonly string[] {
  const rows = database
    .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite%'")
    .all();
  return rows.map((row) => String(row["name"]));
}

/** undefined when there is no such table or view. Names are compared as SQLite does, without case. */
export function readTableSchema(database: DatabaseSync, name: string): TableSchema | undefined {
  const entry = database
    .prepare("SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE")
    .get(name);
  if (entry === undefined) return undefined;
  const realName = String(entry["name"]);
  const kind = kindOf(String(entry["type"]));
  const withoutRowid = entry["wr"] === 1;
  const columns = readColumns(database, realName);
  const rowid = kind === "table" && !withoutRowid ? rowidNameOf(columns) : null;
  const alias = kind === "table" && !withoutRowid ? rowidAliasOf(database, realName, columns) : undefined;
  return {
    name: realName,
    kind,
    withoutRowid,
    columns: columns.map((column) => (column.name === alias ? { ...column, notNull: true } : column)),
    uniqueKeys: kind === "table" ? uniqueKeysOf(database, realName, { columns, withoutRowid, alias }) : [],
    rowid,
  };
}

/** Changes with every change of the schema, and with VACUUM. */
export function schemaVersionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA schema_version").get()?.["schema_version"]);
}

function kindOf(type: string): TableSchema["kind"] {
  if (type === "view" || type === "virtual") return type;
  return "table";
}

function readColumns(database: DatabaseSync, table: string): readonly TableColumn[] {
  // Hidden columns (1) belong to virtual tables and are no part of `SELECT *`.
  const rows = database.prepare("SELECT * FROM pragma_table_xinfo(?) WHERE hidden <> 1").all(table);
  return rows.map((row) => ({
    name: String(row["name"]),
    declared: String(row["type"]),
    affinity: affinityOf(String(row["type"])),
    notNull: row["notnull"] === 1,
    keyPlace: Number(row["pk"]),
    generated: row["hidden"] === 2 || row["hidden"] === 3,
    hasDefault: row["dflt_value"] !== null,
  }));
}

function rowidNameOf(columns: readonly TableColumn[]): string | null {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  return ["rowid", "_rowid_", "oid"].find((name) => !taken.has(name)) ?? null;
}

/**
 * The INTEGER PRIMARY KEY column that is the rowid. It has no index of its own; `INTEGER PRIMARY KEY DESC` and types
 * that merely have integer affinity do have one.
 */
function rowidAliasOf(
  database: DatabaseSync,
  table: string,
  columns: readonly TableColumn[],
): string | undefined {
  const keyColumns = columns.filter(({ keyPlace }) => keyPlace > 0);
  const [only] = keyColumns;
  if (keyColumns.length !== 1 || only === undefined || only.declared.toUpperCase() !== "INTEGER")
    return undefined;
  const primary = database.prepare("SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk'").get(table);
  return primary === undefined ? only.name : undefined;
}

interface KeyContext {
  readonly columns: readonly TableColumn[];
  readonly withoutRowid: boolean;
  readonly alias: string | undefined;
}

function uniqueKeysOf(database: DatabaseSync, table: string, context: KeyContext): readonly UniqueKey[] {
  const keys: UniqueKey[] = [];
  if (context.alias !== undefined)
    keys.push({ columns: [context.alias], hint: "NOT INDEXED", origin: "rowid" });
  const indexes = database
    .prepare(
      "SELECT name, origin FROM pragma_index_list(?) WHERE \"unique\" = 1 AND partial = 0 ORDER BY origin <> 'pk', seq DESC",
    )
    .all(table);
  const notNull = new Set(context.columns.filter((column) => column.notNull).map(({ name }) => name));
  for (const index of indexes) {
    const columns = indexColumns(database, String(index["name"]));
    if (columns.length === 0 || !columns.every((column) => notNull.has(column))) continue;
    const primary = index["origin"] === "pk";
    const hint =
      primary && context.withoutRowid
        ? "NOT INDEXED"
        : `INDEXED BY ${quoteIdentifier(String(index["name"]))}`;
    keys.push({ columns, hint, origin: primary ? "primary" : "unique" });
  }
  return keys;
}

/** Names in order; empty when one of the terms is an expression. */
function indexColumns(database: DatabaseSync, index: string): readonly string[] {
  const rows = database
    .prepare("SELECT cid, name FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno")
    .all(index);
  if (rows.some((row) => Number(row["cid"]) < 0)) return [];
  return rows.map((row) => String(row["name"]));
}
