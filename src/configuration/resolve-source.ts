/** A source as written to a SourceDefinition, with every default filled. */
import { resolve } from "node:path";
import { toTidemarkError } from "../core/errors.ts";
import type {
  ColumnDeclaration,
  ConnectionDefinition,
  CsvSettings,
  FileFormat,
  FilesSourceDefinition,
  SourceDefinition,
  SqliteSourceDefinition,
} from "../pipeline/definition.ts";
import { checkDistinct } from "./check-distinct.ts";
import { conceal, concealPathBelow } from "./conceal.ts";
import { childOf, concealed, type Entry, reportInvalid, writtenText } from "./entry.ts";
import { parseSection } from "./parse-section.ts";
import { resolvePathBelow } from "./path-below.ts";
import { readConfigText } from "./read-config-text.ts";
import {
  type ColumnText,
  type FilesSourceText,
  filesSourceSchema,
  type SqliteSourceText,
  sqliteSourceSchema,
} from "./source-schemas.ts";

const CHUNK_ROWS = 250_000;
const MAX_SNAPSHOT_AGE_MS = 30 * 60_000;

/** Undefined when problems were reported; `connection` is undefined when it is not known. */
export async function resolveSource(
  entry: Entry,
  connection: ConnectionDefinition | undefined,
): Promise<SourceDefinition | undefined> {
  if (connection === undefined) return undefined;
  if (connection.type === "sqlite") {
    const text = parseSection(entry, sqliteSourceSchema);
    return text === undefined ? undefined : await sqliteSource(entry, connection, text);
  }
  const text = parseSection(entry, filesSourceSchema);
  return text === undefined ? undefined : filesSource(entry, connection, text);
}

async function sqliteSource(
  entry: Entry,
  { path, pathShown, hidden }: ConnectionDefinition,
  text: SqliteSourceText,
): Promise<SqliteSourceDefinition | undefined> {
  if (!checkSqliteSource(entry, text)) return undefined;
  const query = text.query_file === undefined ? text.query : await queryFrom(childOf(entry, "query_file"));
  if (text.query_file !== undefined && query === undefined) return undefined;
  const [queryParts, whereParts] = [concealed(childOf(entry, "query")), concealed(childOf(entry, "where"))];
  return {
    kind: "sqlite",
    path,
    ...(pathShown === undefined ? {} : { pathShown }),
    ...(queryParts === undefined ? {} : { queryShown: queryParts.shown }),
    ...(whereParts === undefined ? {} : { whereShown: whereParts.shown }),
    ...conceal(hidden, queryParts?.values, whereParts?.values),
    ...(text.table === undefined ? {} : { table: text.table }),
    ...(query === undefined ? {} : { query }),
    ...(text.where === undefined ? {} : { where: text.where }),
    ...(text.mode === undefined ? {} : { mode: text.mode }),
    ...(text.key === undefined ? {} : { key: text.key }),
    ...(text.rangeColumn === undefined ? {} : { rangeColumn: text.rangeColumn }),
    chunkRows: text.chunkRows ?? CHUNK_ROWS,
    maxSnapshotAgeMs: text.maxSnapshotAge ?? MAX_SNAPSHOT_AGE_MS,
    columns: declarations(text.columns),
  };
}

function checkSqliteSource(entry: Entry, text: SqliteSourceText): boolean {
  const given = (["table", "query", "query_file"] as const).filter((key) => text[key] !== undefined);
  const problem =
    given.length !== 1
      ? {
          at: entry,
          reason:
            given.length === 0
              ? "needs a table, a query or a query_file"
              : `has ${given.join(" and ")}; one is enough`,
        }
      : text.where !== undefined && text.table === undefined
        ? { at: childOf(entry, "where"), reason: "goes with table; write the condition into the query" }
        : text.rangeColumn !== undefined && text.mode !== undefined && text.mode !== "range"
          ? { at: childOf(entry, "rangeColumn"), reason: `goes with mode range, not ${text.mode}` }
          : undefined;
  if (problem !== undefined) reportInvalid(problem.at, problem.reason);
  return problem === undefined && checkDistinct(childOf(entry, "key"), text.key ?? []);
}

async function queryFrom(entry: Entry): Promise<string | undefined> {
  const path = String(entry.value);
  try {
    const query = (
      await readConfigText({ path: resolve(entry.file.folder, path), shown: writtenText(entry) })
    ).trim();
    if (query !== "") return query;
    reportInvalid(entry, `'${path}' is empty`);
  } catch (error) {
    reportInvalid(entry, toTidemarkError(error).message);
  }
  return undefined;
}

function filesSource(
  entry: Entry,
  { path: root, hidden }: ConnectionDefinition,
  text: FilesSourceText,
): FilesSourceDefinition | undefined {
  const path = resolvePathBelow(childOf(entry, "path"), text.path);
  const format = text.format ?? formatOf(text.path);
  if (format === undefined)
    reportInvalid(
      childOf(entry, "path"),
      "its ending does not tell the format; write format: parquet, csv or ndjson",
    );
  if (text.csv !== undefined && format !== "csv" && format !== undefined)
    reportInvalid(childOf(entry, "csv"), `goes with format csv, not ${format}`);
  const csv = csvSettings(childOf(entry, "csv", "delimiter"), text);
  if (
    path === undefined ||
    format === undefined ||
    csv === undefined ||
    (text.csv !== undefined && format !== "csv")
  )
    return undefined;
  const shown = concealPathBelow(childOf(entry, "path"), hidden);
  return { kind: "files", root, path, ...shown, format, csv, columns: declarations(text.columns) };
}

const ENDINGS: ReadonlyMap<string, FileFormat> = new Map([
  ["parquet", "parquet"],
  ["csv", "csv"],
  ["tsv", "csv"],
  ["ndjson", "ndjson"],
  ["jsonl", "ndjson"],
]);

function formatOf(path: string): FileFormat | undefined {
  return ENDINGS.get(path.slice(path.lastIndexOf(".") + 1).toLowerCase());
}

function csvSettings(at: Entry, { csv, path }: FilesSourceText): CsvSettings | undefined {
  const delimiter = csv?.delimiter ?? (path.toLowerCase().endsWith(".tsv") ? "\t" : ",");
  if (!/^[\t\x20-\x7e]$/.test(delimiter) || delimiter === '"') {
    reportInvalid(at, 'is one ASCII character other than ", such as "," or "\\t"');
    return undefined;
  }
  return { header: csv?.header ?? true, delimiter, nullText: csv?.nullText ?? null };
}

function declarations(
  columns: Readonly<Record<string, ColumnText>> = {},
): Readonly<Record<string, ColumnDeclaration>> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, written]) => [
      name,
      "type" in written
        ? { type: written.type, nullable: written.nullable ?? true }
        : { type: written, nullable: true },
    ]),
  );
}
