/** Rows of a statement as arrays of SQLite values: the one place that tells TypeScript what the driver returns then. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { SqlRow } from "./sql-value.ts";

/** All rows of a statement that returns arrays. */
export function allRows(statement: StatementSync, values: readonly SQLInputValue[] = []): readonly SqlRow[] {
  return statement.all(...values) as unknown as readonly SqlRow[];
}

/** A statement whose rows are arrays and whose integers are exact. */
export function prepareExact(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  statement.setReadBigInts(true);
  return statement;
}

/** Rows with exact integers. */
export function queryRows(
  database: DatabaseSync,
  sql: string,
  values: readonly SQLInputValue[] = [],
): readonly SqlRow[] {
  return allRows(prepareExact(database, sql), values);
}
