/**
 * The shape of what is read: its columns with their types, and the key by which its rows can be walked in order.
 * Source and reader find it independently from the same definition; `fingerprint` tells whether they found the same.
 *
 * A key is only used when the query plan shows that SQLite walks its index without sorting: an index in another
 * collation or with mixed directions does not serve. Tables whose declared key may hold NULL are walked by rowid.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Field } from "../../../columns/column-batch.ts";
import { formatLogicalType } from "../../../columns/logical-type.ts";
import { assert, TidemarkError } from "../../../core/errors.ts";
import { didYouMean } from "../../../core/did-you-mean.ts";
import { sha256Hex } from "../../../core/sha256.ts";
import type { SqliteSourceDefinition } from "../../../pipeline/definition.ts";
import { type Affinity, affinityOf, logicalTypeOf } from "../declared-type.ts";
import { inferTypes } from "./infer-types.ts";
import { quoteIdentifier } from "../quote-identifier.ts";
import { labelOf } from "./source-label.ts";
import { findPageKey, type PageKey } from "./page-key.ts";
import { readTableSchema, type TableColumn, tableNames, type TableSchema } from "../table-schema.ts";

export interface ShapeColumn {
  readonly field: Field;
  /** declared type, or `` when there is none */
  readonly native: string;
  readonly affinity: Affinity;
}

export interface SourceShape {
  readonly label: string;
  /** undefined for views, virtual tables and queries */
  readonly table: TableSchema | undefined;
  /** what stands after FROM */
  readonly from: string;
  /** condition of the definition in parentheses; empty when there is none */
  readonly where: string;
  /** `from` and `where` without what variables gave: for people and the journal */
  readonly shown: { readonly from: string; readonly where: string };
  readonly columns: readonly ShapeColumn[];
  /** undefined: rows can only be read in one go */
  readonly key: PageKey | undefined;
  readonly fingerprint: string;
}

/** SOURCE_NOT_FOUND, SOURCE_NO_COLUMN, SOURCE_BAD_KEY, SOURCE_UNREADABLE for a query that SQLite refuses. */
export function readSourceShape(database: DatabaseSync, definition: SqliteSourceDefinition): SourceShape {
  const label = labelOf(definition);
  const where = conditionOf(definition.where);
  const table = definition.table === undefined ? undefined : getTable(database, definition.table, label);
  const from = table === undefined ? queryFrom(definition.query) : quoteIdentifier(table.name);
  const raw = table === undefined ? queryColumns(database, from, definition) : table.columns;
  checkDeclared(definition, raw, label);
  const columns = typedColumns({ database, definition, from, where, raw });
  const walkable = table?.kind === "table" ? table : undefined;
  const fingerprint = sha256Hex(
    JSON.stringify(columns.map(({ field, native }) => [field.name, formatLogicalType(field.type), native])),
  ).slice(0, 16);
  const key = findPageKey({ database, table: walkable, wanted: definition.key, where, label });
  const shown = {
    from: table === undefined ? queryFrom(definition.queryShown ?? definition.query) : from,
    where: conditionOf(definition.whereShown ?? definition.where),
  };
  return { label, table: walkable, from, where, shown, columns, key, fingerprint };
}

function conditionOf(where: string | undefined): string {
  return where === undefined ? "" : `(\n${where}\n)`;
}

function getTable(database: DatabaseSync, name: string, label: string): TableSchema {
  const schema = readTableSchema(database, name);
  if (schema !== undefined) return schema;
  throw new TidemarkError("SOURCE_NOT_FOUND", {
    what: "table",
    name,
    where: label.split(": ")[0] ?? label,
    hint: didYouMean(name, tableNames(database)),
  });
}

function queryFrom(query: string | undefined): string {
  assert(query !== undefined, "a source of SQLite names a table or a query");
  return `(\n${query.replace(/[;\s]+$/, "")}\n)`;
}

interface RawColumn {
  readonly name: string;
  readonly declared: string;
  readonly affinity: Affinity;
  readonly notNull: boolean;
}

/** Columns of a query, typed as the table columns they come from are declared. */
function queryColumns(
  database: DatabaseSync,
  from: string,
  definition: SqliteSourceDefinition,
): readonly RawColumn[] {
  const names = new Set<string>();
  // As a subquery SQLite would tell equal names apart by itself: `a`, `a:1`.
  for (const { name } of database.prepare(definition.query ?? `SELECT * FROM ${from}`).columns()) {
    if (names.has(name)) {
      const reason = `the query has two columns called '${name}'; give one of them another name with AS`;
      throw new TidemarkError("SOURCE_UNREADABLE", { path: definition.path, reason });
    }
    names.add(name);
  }
  const columns = database.prepare(`SELECT * FROM ${from}`).columns();
  return columns.map(({ name, type }) => {
    const declared = type ?? "";
    // What comes out of an expression has lost its column's affinity.
    return { name, declared, affinity: type === null ? "blob" : affinityOf(declared), notNull: false };
  });
}

function checkDeclared(definition: SqliteSourceDefinition, raw: readonly RawColumn[], label: string): void {
  const names = raw.map(({ name }) => name);
  const wanted = [
    ...Object.keys(definition.columns),
    ...(definition.key ?? []),
    definition.rangeColumn ?? [],
  ].flat();
  for (const column of wanted) {
    if (names.includes(column)) continue;
    throw new TidemarkError("SOURCE_NO_COLUMN", { where: label, column, hint: didYouMean(column, names) });
  }
}

interface TypingRequest {
  readonly database: DatabaseSync;
  readonly definition: SqliteSourceDefinition;
  readonly from: string;
  readonly where: string;
  readonly raw: readonly (RawColumn | TableColumn)[];
}

function typedColumns(request: TypingRequest): readonly ShapeColumn[] {
  const { definition, raw } = request;
  const untyped = raw
    .filter(
      ({ name, declared }) => definition.columns[name] === undefined && logicalTypeOf(declared) === undefined,
    )
    .map(({ name }) => name);
  const inferred = inferTypes({ ...request, columns: untyped });
  return raw.map(({ name, declared, affinity, notNull }) => {
    const own = definition.columns[name];
    const type = own?.type ?? logicalTypeOf(declared) ?? inferred.get(name) ?? { kind: "text" };
    const nullable = own?.nullable ?? !notNull;
    return { field: { name, type, nullable }, native: declared, affinity };
  });
}
