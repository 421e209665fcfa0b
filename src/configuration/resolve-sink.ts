/** A sink as written to a SinkDefinition, with every default filled. */
import type {
  Concealing,
  ConnectionDefinition,
  FilesSinkDefinition,
  SinkDefinition,
  SqliteSinkDefinition,
} from "../pipeline/definition.ts";
import { checkDistinct } from "./check-distinct.ts";
import { conceal, concealPathBelow } from "./conceal.ts";
import { childOf, type Entry, reportInvalid } from "./entry.ts";
import { parseSection } from "./parse-section.ts";
import { resolveSinkPath } from "./path-below.ts";
import {
  type FilesSinkText,
  filesSinkSchema,
  type SqliteSinkText,
  sqliteSinkSchema,
} from "./sink-schemas.ts";

const PART_BYTES = 128_000_000;

export interface SinkRequest {
  readonly entry: Entry;
  readonly pipeline: string;
  /** undefined when it is not known; then nothing can be said of the sink */
  readonly connection: ConnectionDefinition | undefined;
}

/** Undefined when problems were reported. */
export function resolveSink({ entry, pipeline, connection }: SinkRequest): SinkDefinition | undefined {
  if (connection === undefined) return undefined;
  if (connection.type === "sqlite") {
    const text = parseSection(entry, sqliteSinkSchema);
    return text === undefined ? undefined : sqliteSink(entry, connection, text);
  }
  const text = parseSection(entry, filesSinkSchema);
  if (text === undefined) return undefined;
  const path = resolveSinkPath(childOf(entry, "path"), text.path ?? "{pipeline}", pipeline);
  if (path === undefined) return undefined;
  const shown = concealPathBelow(childOf(entry, "path"), connection.hidden, (written) =>
    written.replaceAll("{pipeline}", pipeline),
  );
  return filesSink(entry, { root: connection.path, path, ...shown }, text);
}

function sqliteSink(
  entry: Entry,
  { path, pathShown, hidden }: ConnectionDefinition,
  text: SqliteSinkText,
): SqliteSinkDefinition | undefined {
  const key = text.key ?? [];
  const writeMode = text.mode ?? "replace";
  if (writeMode === "upsert" && key.length === 0) {
    reportInvalid(childOf(entry, "key"), "is required for mode upsert");
    return undefined;
  }
  if (!checkDistinct(childOf(entry, "key"), key)) return undefined;
  if (text.generatedKey !== undefined && key.includes(text.generatedKey)) {
    reportInvalid(
      childOf(entry, "generatedKey"),
      `'${text.generatedKey}' is made by the sink; it can not be in key too`,
    );
    return undefined;
  }
  const shown = { ...(pathShown === undefined ? {} : { pathShown }), ...conceal(hidden) };
  const generatedKey = text.generatedKey ?? null;
  return { kind: "sqlite", path, ...shown, table: text.table, writeMode, key, generatedKey };
}

function filesSink(
  entry: Entry,
  folder: Pick<FilesSinkDefinition, "root" | "path" | keyof Concealing>,
  text: FilesSinkText,
): FilesSinkDefinition | undefined {
  const format = text.format ?? "parquet";
  const compression = text.compression ?? (format === "parquet" ? "zstd" : "none");
  if (format !== "parquet" && compression !== "none") {
    reportInvalid(childOf(entry, "compression"), `is for parquet; ${format} is written plain (none)`);
    return undefined;
  }
  const partBytes = text.partSize ?? PART_BYTES;
  return { kind: "files", ...folder, format, compression, writeMode: text.mode ?? "replace", partBytes };
}
