/** What a source is called in front of people: `shop.db: orders`, `shop.db: query`. */
import { basename } from "node:path";
import type { SqliteSourceDefinition } from "../../../pipeline/definition.ts";

export function labelOf(definition: Pick<SqliteSourceDefinition, "path" | "table">): string {
  return `${basename(definition.path)}: ${definition.table ?? "query"}`;
}
