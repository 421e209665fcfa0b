/** Databases in a temporary folder, and whole reads of them as rendered rows, for the tests of the SQLite connectors. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { ColumnBatch, Field } from "../../src/columns/column-batch.ts";
import { formatLogicalType, parseLogicalType } from "../../src/columns/logical-type.ts";
import { renderValue } from "../../src/columns/render-value.ts";
import { openSqliteReader } from "../../src/connectors/sqlite/source/open-sqlite-reader.ts";
import { openSqliteSource } from "../../src/connectors/sqlite/source/open-sqlite-source.ts";
import type { ReadRequest, RowFailure, SourcePlan, SourceReader } from "../../src/connectors/source-port.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { JsonObject } from "../../src/core/json-value.ts";
import type { SqliteSourceDefinition } from "../../src/pipeline/definition.ts";

export const MAX_VALUE_BYTES: number = 16 * 1024 * 1024;

export interface Folder {
  readonly path: string;
  file(name: string): string;
  remove(): void;
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "tidemark-sqlite-"));
  return {
    path,
    file: (name) => join(path, name),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Makes a database, in WAL mode unless `sql` says otherwise. */
export function makeDatabase(path: string, sql: string): string {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
  database.exec(sql);
  database.close();
  return path;
}

export type Settings = Partial<SqliteSourceDefinition> & {
  readonly types?: Readonly<Record<string, string>>;
};

export function sourceOf(path: string, settings: Settings = {}): SqliteSourceDefinition {
  const { types = {}, ...rest } = settings;
  const columns = Object.fromEntries(
    Object.entries(types).map(([name, type]) => [name, { type: parseLogicalType(type), nullable: true }]),
  );
  const table = rest.query === undefined ? { table: "t" } : {};
  return { kind: "sqlite", path, chunkRows: 100, maxSnapshotAgeMs: 60_000, columns, ...table, ...rest };
}

export interface WholeRead {
  readonly plan: SourcePlan;
  readonly bounds: readonly JsonObject[];
  readonly fields: readonly Field[];
  /** rendered rows of every chunk */
  readonly chunks: readonly (readonly (readonly (string | null)[])[])[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly failures: readonly RowFailure[];
}

export async function fieldsOf(definition: SqliteSourceDefinition): Promise<readonly Field[]> {
  const source = openSqliteSource(definition, { clock: systemClock });
  const { columns } = await source.describe();
  await source.close();
  return columns.map(({ field }) => field);
}

/** `name type`, with `?` behind nullable ones. */
export async function describeTypes(definition: SqliteSourceDefinition): Promise<readonly string[]> {
  const fields = await fieldsOf(definition);
  return fields.map(({ name, type, nullable }) => `${name} ${formatLogicalType(type)}${nullable ? "?" : ""}`);
}

export async function readWhole(
  definition: SqliteSourceDefinition,
  overrides: Partial<ReadRequest> = {},
): Promise<WholeRead> {
  const source = openSqliteSource(definition, { clock: systemClock });
  const reader = openSqliteReader(definition);
  try {
    const { columns } = await source.describe();
    const plan = await source.plan();
    const bounds = await source.cut(plan);
    const fields = overrides.fields ?? columns.map(({ field }) => field);
    const chunks: (string | null)[][][] = [];
    const failures: RowFailure[] = [];
    for (const own of bounds) {
      const chunk = await readChunk(reader, { fields, ...overrides, bounds: own });
      chunks.push(chunk.rows);
      failures.push(...chunk.failures);
    }
    return { plan, bounds, fields, chunks, rows: chunks.flat(), failures };
  } finally {
    await reader.close();
    await source.close();
  }
}

export type ChunkRequest = Partial<ReadRequest> & Pick<ReadRequest, "bounds" | "fields">;

/** Rows of a chunk; also holds every batch to account: rows and failures are numbered without a gap. */
export async function readChunk(
  reader: SourceReader,
  request: ChunkRequest,
): Promise<{ readonly rows: (string | null)[][]; readonly failures: RowFailure[] }> {
  const rows: (string | null)[][] = [];
  const failures: RowFailure[] = [];
  const whole = { maxValueBytes: MAX_VALUE_BYTES, signal: new AbortController().signal, ...request };
  for await (const { batch, firstRow, failures: refused } of reader.read(whole)) {
    if (firstRow !== rows.length + failures.length)
      throw new RangeError("rows of a chunk are numbered on and on");
    rows.push(...renderBatch(batch));
    failures.push(...refused);
  }
  return { rows, failures };
}

function renderBatch(batch: ColumnBatch): (string | null)[][] {
  return Array.from({ length: batch.rowCount }, (_, row) =>
    batch.columns.map((column) => renderValue(column, row)),
  );
}

export function rawText(failure: RowFailure | undefined): string {
  return Buffer.from(failure?.raw ?? []).toString("utf8");
}
