/**
 * Finds what `init` can write pipelines for: SQLite databases with their tables, and CSV, NDJSON and Parquet files.
 * Opens everything read-only. Tables of Tidemark's own (`_tidemark…`) are left out.
 */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, join, relative } from "node:path";
import type { StarterRequest, StarterSource } from "../configuration/starter-config.ts";
import { openForReading } from "../connectors/sqlite/open-database.ts";
import { tableNames } from "../connectors/sqlite/table-schema.ts";
import { systemCodeOf, messageOf, TidemarkError } from "../core/errors.ts";
import type { ConnectionDefinition, FileFormat, SourceDefinition } from "../pipeline/definition.ts";
import { openSource } from "./connectors.ts";

const DATABASE_ENDINGS: ReadonlySet<string> = new Set([".db", ".sqlite", ".sqlite3"]);
const FILE_FORMATS: ReadonlyMap<string, FileFormat> = new Map([
  [".csv", "csv"],
  [".ndjson", "ndjson"],
  [".jsonl", "ndjson"],
  [".parquet", "parquet"],
]);

export type Discovery = Pick<StarterRequest, "connections" | "sources">;

/** `paths`: files or folders (their direct children are looked at); `base`: where the configuration will stand. */
export async function discoverSources(paths: readonly string[], base: string): Promise<Discovery> {
  const files = paths.flatMap((path) => candidates(path));
  const connections = new Map<string, ConnectionDefinition>();
  const sources: StarterSource[] = [];
  for (const file of files) {
    const isDatabase = DATABASE_ENDINGS.has(extname(file));
    const connection = connect(connections, { base, file, isDatabase });
    sources.push(...(isDatabase ? await tables(file, connection) : await dataFile(file, connection)));
  }
  return { connections: [...connections.values()], sources };
}

function candidates(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return isKnown(path) ? [path] : unknownEnding(path);
    const names = readdirSync(path).filter((name) => !/^[._]/.test(name) && isKnown(name));
    return names.toSorted().map((name) => join(path, name));
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    throw new TidemarkError("SOURCE_UNREADABLE", { path, reason: messageOf(error) }, { cause: error });
  }
}

function isKnown(name: string): boolean {
  return DATABASE_ENDINGS.has(extname(name)) || FILE_FORMATS.has(extname(name));
}

function unknownEnding(path: string): never {
  const endings = [...DATABASE_ENDINGS, ...FILE_FORMATS.keys()].join(", ");
  throw new TidemarkError("SOURCE_UNREADABLE", { path, reason: `its ending is none of ${endings}` });
}

interface Place {
  readonly base: string;
  readonly file: string;
  readonly isDatabase: boolean;
}

/** One connection a database, one a folder of files. */
function connect(known: Map<string, ConnectionDefinition>, { base, file, isDatabase }: Place): string {
  const target = isDatabase ? file : dirname(file);
  const written = relative(base, target);
  const path = written === "" ? "." : /^\.\.?(\/|$)/.test(written) ? written : `./${written}`;
  const existing = [...known.values()].find((one) => one.path === path);
  if (existing !== undefined) return existing.name;
  const wanted =
    basename(target, extname(target))
      .replaceAll(/[^A-Za-z0-9_-]+/g, "_")
      .replace(/^[^A-Za-z]+/, "") || "data";
  let name = wanted;
  for (let number = 2; known.has(name); number += 1) name = `${wanted}_${number}`;
  known.set(name, { type: isDatabase ? "sqlite" : "files", name, path });
  return name;
}

async function tables(file: string, connection: string): Promise<StarterSource[]> {
  const database = openForReading(file);
  const names = tableNames(database).filter(
    (name) => !name.startsWith("_tidemark") && !name.startsWith("__tidemark"),
  );
  database.close();
  const sources: StarterSource[] = [];
  for (const table of names.toSorted()) {
    const { columns, key } = await describe({ ...SQLITE_DEFAULTS, path: file, table });
    sources.push({ connection, columns, table, ...(key.length === 0 ? {} : { key }) });
  }
  return sources;
}

async function dataFile(file: string, connection: string): Promise<StarterSource[]> {
  const format = FILE_FORMATS.get(extname(file)) ?? "csv";
  const path = basename(file);
  const csv = { header: true, delimiter: ",", nullText: null };
  const { columns } = await describe({ kind: "files", root: dirname(file), path, format, csv, columns: {} });
  return [{ connection, columns, path, format }];
}

const SQLITE_DEFAULTS = {
  kind: "sqlite",
  chunkRows: 250_000,
  maxSnapshotAgeMs: 1_800_000,
  columns: {},
} as const;

async function describe(
  definition: SourceDefinition,
): Promise<{ columns: StarterSource["columns"]; key: readonly string[] }> {
  const source = openSource(definition);
  try {
    const { columns, key } = await source.describe();
    return { columns: columns.map(({ field: { name, type } }) => ({ name, type })), key };
  } finally {
    await source.close();
  }
}
