/**
 * The key by which a table is walked page by page: unique, never NULL, and served by an index without sorting, which
 * is checked with EXPLAIN QUERY PLAN. Also the SQL of its comparisons: ranges are half-open, `after < key <= upTo`.
 */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { TidemarkError } from "../../../core/errors.ts";
import { quoteIdentifier, quoteList } from "../quote-identifier.ts";
import { bindable, type KeyValue, placeholderOf } from "../sql-value.ts";
import type { TableSchema, UniqueKey } from "../table-schema.ts";

export interface PageKey {
  readonly columns: readonly string[];
  readonly hint: string;
  /** `hidden`: the rowid of a table that has no key of its own; VACUUM may give it other values */
  readonly origin: "rowid" | "primary" | "unique" | "hidden";
}

export interface PageKeyRequest {
  readonly database: DatabaseSync;
  readonly table: TableSchema | undefined;
  readonly wanted: readonly string[] | undefined;
  readonly where: string;
  readonly label: string;
}

/** undefined when there is none; SOURCE_BAD_KEY when the definition's own cannot serve. */
export function findPageKey(request: PageKeyRequest): PageKey | undefined {
  const { database, table, wanted } = request;
  if (wanted !== undefined && wanted.length > 0) return getWantedKey(request, wanted);
  if (table === undefined) return undefined;
  const own = table.uniqueKeys.find((key) => isServedByIndex(database, table, key));
  if (own !== undefined) return own;
  if (table.rowid === null) return undefined;
  return { columns: [table.rowid], hint: "NOT INDEXED", origin: "hidden" };
}

function getWantedKey(request: PageKeyRequest, wanted: readonly string[]): PageKey {
  const { database, table, label } = request;
  const refuse = (reason: string): TidemarkError =>
    new TidemarkError("SOURCE_BAD_KEY", { where: label, columns: wanted.join(", "), reason });
  if (table === undefined) throw refuse("only a table has keys, not a view or a query");
  const candidates = table.uniqueKeys.filter(
    ({ columns }) => columns.length === wanted.length && columns.every((column, at) => column === wanted[at]),
  );
  if (candidates.length === 0) {
    throw refuse("no unique index has exactly these columns in this order, all of them declared NOT NULL");
  }
  const served = candidates.find((key) => isServedByIndex(database, table, key));
  if (served === undefined) throw refuse("its index has another collation or direction than its columns");
  return served;
}

function isServedByIndex(database: DatabaseSync, table: TableSchema, key: UniqueKey): boolean {
  const unknown = key.columns.map(() => null);
  const { sql } = rangeCondition(key, { after: unknown, upTo: unknown });
  const order = quoteList(key.columns);
  const statement = `SELECT 1 FROM ${quoteIdentifier(table.name)} ${key.hint} WHERE ${sql} ORDER BY ${order} LIMIT 1`;
  try {
    const steps = database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all();
    const details = steps.map((step) => String(step["detail"]));
    return (
      details.some((detail) => detail.startsWith("SEARCH")) &&
      !details.some((detail) => detail.includes("TEMP B-TREE"))
    );
  } catch {
    // The hint names an index that cannot serve this order at all.
    return false;
  }
}

/** null: no bound on that side. A bound may be a prefix of the key. */
export interface KeyRange {
  readonly after: readonly KeyValue[] | null;
  readonly upTo: readonly KeyValue[] | null;
}

export interface Condition {
  /** empty when there is no condition */
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

export function rangeCondition(key: Pick<PageKey, "columns">, range: KeyRange): Condition {
  const parts: string[] = [];
  const values: KeyValue[] = [];
  for (const [operator, bound] of [
    [">", range.after],
    ["<=", range.upTo],
  ] as const) {
    if (bound === null) continue;
    const columns = quoteList(key.columns.slice(0, bound.length));
    parts.push(`(${columns}) ${operator} (${bound.map(placeholderOf).join(", ")})`);
    values.push(...bound);
  }
  return { sql: parts.join(" AND "), values: values.map(bindable) };
}
