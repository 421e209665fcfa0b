/**
 * The statement that writes rows, by write mode. `OR ABORT` overrules conflict clauses of the table's own declaration: a
 * row that is refused is said to be, and is never skipped, replaces another, or takes the transaction with it.
 */
import type { Field } from "../../../columns/column-batch.ts";
import type { SqliteSinkDefinition } from "../../../pipeline/definition.ts";
import { quoteIdentifier, quoteList } from "../quote-identifier.ts";

export interface InsertTarget {
  readonly table: string;
  readonly definition: SqliteSinkDefinition;
  readonly fields: readonly Field[];
}

export function insertStatement({ table, definition, fields }: InsertTarget, rowCount: number): string {
  const names = fields.map(({ name }) => name);
  const row = `(${names.map(() => "?").join(", ")})`;
  const rows = Array.from({ length: rowCount }, () => row).join(", ");
  const insert = `INSERT OR ABORT INTO ${quoteIdentifier(table)} (${quoteList(names)}) VALUES ${rows}`;
  if (definition.writeMode !== "upsert") return insert;
  const others = names.filter((name) => !definition.key.includes(name)).map(quoteIdentifier);
  const updates = others.map((name) => `${name} = excluded.${name}`).join(", ");
  return `${insert} ON CONFLICT (${quoteList(definition.key)}) DO ${updates === "" ? "NOTHING" : `UPDATE SET ${updates}`}`;
}
