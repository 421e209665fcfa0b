/** The table a sink writes: made with declared types that read back to the same logical types, or checked as it is. */
import type { DatabaseSync } from "node:sqlite";
import type { Field } from "../../../columns/column-batch.ts";
import { formatLogicalType, type LogicalType } from "../../../columns/logical-type.ts";
import { didYouMean } from "../../../core/did-you-mean.ts";
import { TidemarkError } from "../../../core/errors.ts";
import type { SqliteSinkDefinition } from "../../../pipeline/definition.ts";
import { type Affinity, declaredTypeOf, REAL_DECIMAL_DIGITS } from "../declared-type.ts";
import { quoteIdentifier, quoteList } from "../quote-identifier.ts";
import { readTableSchema, type TableColumn, type TableSchema } from "../table-schema.ts";
import { insertStatement } from "./insert-statement.ts";

/** CREATE TABLE for `table`: a single int64 key becomes the INTEGER PRIMARY KEY. */
export function createTableSql(
  table: string,
  definition: SqliteSinkDefinition,
  fields: readonly Field[],
): string {
  const { key, generatedKey } = definition;
  const columns = fields.map(({ name, type, nullable }) => {
    const notNull = nullable && !key.includes(name) ? "" : " NOT NULL";
    return `${quoteIdentifier(name)} ${declaredTypeOf(type)}${notNull}`;
  });
  if (generatedKey !== null) columns.unshift(`${quoteIdentifier(generatedKey)} INTEGER PRIMARY KEY`);
  if (key.length > 0) columns.push(`${generatedKey === null ? "PRIMARY KEY" : "UNIQUE"} (${quoteList(key)})`);
  return `CREATE TABLE ${quoteIdentifier(table)} (${columns.join(", ")})`;
}

/** SINK_SCHEMA naming everything that does not fit; a table that does not exist yet only has its definition checked. */
export function checkTarget(
  database: DatabaseSync | undefined,
  definition: SqliteSinkDefinition,
  fields: readonly Field[],
): void {
  const problems = [...definitionProblems(definition, fields)];
  const schema = database === undefined ? undefined : readTableSchema(database, definition.table);
  if (schema !== undefined) problems.push(...tableProblems(schema, definition, fields));
  if (problems.length === 0 && schema !== undefined && database !== undefined)
    problems.push(...statementProblems(database, definition, fields));
  if (problems.length === 0) return;
  throw new TidemarkError("SINK_SCHEMA", { table: definition.table, reason: problems.join("; ") });
}

function* definitionProblems(definition: SqliteSinkDefinition, fields: readonly Field[]): Generator<string> {
  const names = fields.map(({ name }) => name);
  for (const name of definition.key)
    if (!names.includes(name))
      yield `the key column '${name}' is not among the columns${didYouMean(name, names)}`;
  if (definition.writeMode === "upsert" && definition.key.length === 0) yield "mode upsert needs a key";
  const { generatedKey } = definition;
  if (generatedKey !== null && names.some((name) => equalNames(name, generatedKey)))
    yield `generatedKey '${generatedKey}' is also a column of the source`;
  const seen = new Map<string, string>();
  for (const name of names) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) yield `columns '${other}' and '${name}' are one to SQLite, which ignores case`;
    seen.set(name.toLowerCase(), name);
  }
  if (definition.table.toLowerCase().startsWith("sqlite_"))
    yield "names that start with sqlite_ are SQLite's own";
}

function* tableProblems(
  schema: TableSchema,
  { generatedKey }: SqliteSinkDefinition,
  fields: readonly Field[],
): Generator<string> {
  if (schema.kind !== "table") {
    yield `it is a ${schema.kind === "view" ? "view" : "virtual table"}, not a table`;
    return;
  }
  for (const field of fields) {
    const column = findColumn(schema, field.name);
    if (column === undefined) {
      const hint = didYouMean(
        field.name,
        schema.columns.map(({ name }) => name),
      );
      yield `it has no column '${field.name}' (${formatLogicalType(field.type)})${hint}`;
    } else if (column.generated) yield `column '${column.name}' is generated and cannot be written`;
    else if (!fits(field.type, column.affinity))
      yield `column '${column.name}' (${column.declared}) would change values of type ${formatLogicalType(field.type)}`;
  }
  const given = new Set(fields.map(({ name }) => name.toLowerCase()));
  const rowidKey = schema.uniqueKeys.find(({ origin }) => origin === "rowid")?.columns[0];
  for (const column of schema.columns) {
    if (given.has(column.name.toLowerCase()) || column.generated || column.hasDefault) continue;
    if (column.notNull && column.name !== rowidKey)
      yield `its column '${column.name}' is NOT NULL without a default, and nothing fills it`;
  }
  if (generatedKey !== null && !equalNames(rowidKey ?? "", generatedKey))
    yield `generatedKey '${generatedKey}' is not its INTEGER PRIMARY KEY`;
}

/** What only SQLite itself can judge: whether ON CONFLICT finds a unique index over the key. */
function* statementProblems(
  database: DatabaseSync,
  definition: SqliteSinkDefinition,
  fields: readonly Field[],
): Generator<string> {
  try {
    database.prepare(insertStatement({ table: definition.table, definition, fields }, 1));
  } catch (error) {
    const key = definition.key.join(", ");
    yield definition.writeMode === "upsert"
      ? `it has no PRIMARY KEY or unique index over exactly (${key}): ${String(error)}`
      : String(error);
  }
}

export function findColumn(schema: TableSchema, name: string): TableColumn | undefined {
  return schema.columns.find((column) => equalNames(column.name, name));
}

function equalNames(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Whether a column of that affinity keeps the values as they are. */
function fits(type: LogicalType, affinity: Affinity): boolean {
  const keepsText = affinity === "text" || affinity === "blob";
  switch (type.kind) {
    case "text":
    case "json":
      return keepsText;
    case "bool":
      return affinity !== "text";
    case "int":
      return affinity === "text" ? type.bits === 64 && !type.signed : affinity !== "real" || type.bits < 64;
    case "float":
      return affinity !== "text";
    case "decimal":
      return type.precision <= REAL_DECIMAL_DIGITS || keepsText;
    // No text form of these looks like a number, so no affinity changes them.
    case "bytes":
    case "uuid":
    case "date":
    case "time":
    case "timestamp":
      return true;
  }
}
