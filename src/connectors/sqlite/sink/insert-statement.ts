/** The statement that writes one row, by write mode. */
import type { Field } from "../../../columns/column-batch.ts";
import type { SqliteSinkDefinition } from "../../../pipeline/definition.ts";
import { quoteIdentifier, quoteList } from "../quote-identifier.ts";

export function insertStatement(
  table: string,
  definition: SqliteSinkDefinition,
  fields: readonly Field[],
): string {
  const names = fields.map(({ name }) => name);
  const places = names.map(() => "?").join(", ");
  const insert = `INSERT INTO ${quoteIdentifier(table)} (${quoteList(names)}) VALUES (${places})`;
  if (definition.writeMode !== "upsert") return insert;
  const others = names.filter((name) => !definition.key.includes(name)).map(quoteIdentifier);
  const updates = others.map((name) => `${name} = excluded.${name}`).join(", ");
  return `${insert} ON CONFLICT (${quoteList(definition.key)}) DO ${updates === "" ? "NOTHING" : `UPDATE SET ${updates}`}`;
}
