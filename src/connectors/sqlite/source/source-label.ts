/** What a source is called in front of people: `shop.db: orders`, `shop.db: query`. */
import { basename } from "node:path";
import type { SqliteSourceDefinition } from "../../../pipeline/definition.ts";

export function labelOf({
  path,
  pathShown,
  table,
}: Pick<SqliteSourceDefinition, "path" | "pathShown" | "table">): string {
  return `${basename(pathShown ?? path)}: ${table ?? "query"}`;
}
