/** Loads of a small table through the SQLite sink, chunk by chunk, for tests that look at it, kill it and go on. */
import type { ColumnBatch, Field } from "../../src/columns/column-batch.ts";
import { createColumnBuilder } from "../../src/columns/build/column-builder.ts";
import { parseLogicalType } from "../../src/columns/logical-type.ts";
import { openSqliteSink } from "../../src/connectors/sqlite/sink/open-sqlite-sink.ts";
import {
  openSqliteWriter,
  type SqliteWriterPorts,
} from "../../src/connectors/sqlite/sink/open-sqlite-writer.ts";
import type { Part, Sink, SinkResult, WriteMode } from "../../src/connectors/sink-port.ts";
import type { RowFailure } from "../../src/connectors/source-port.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { SqliteSinkDefinition } from "../../src/pipeline/definition.ts";

export const PORTS: SqliteWriterPorts = { pipeline: "load", clock: systemClock };

export const FIELDS: readonly Field[] = [
  { name: "id", type: parseLogicalType("int64"), nullable: false },
  { name: "name", type: parseLogicalType("text"), nullable: true },
];

export function sinkOf(path: string, settings: Partial<SqliteSinkDefinition> = {}): SqliteSinkDefinition {
  return {
    kind: "sqlite",
    path,
    table: "target",
    writeMode: "replace",
    key: [],
    generatedKey: null,
    ...settings,
  };
}

export type Row = readonly [bigint | null, string | null];

export function batchOf(rows: readonly Row[]): ColumnBatch {
  const ids = createColumnBuilder(parseLogicalType("int64"), rows.length);
  const names = createColumnBuilder(parseLogicalType("text"), rows.length);
  for (const [id, name] of rows) {
    if (id === null) ids.appendNull();
    else if (ids.kind === "bigint") ids.appendBigInt(id);
    if (name === null) names.appendNull();
    else if (names.kind === "varlen") names.appendText(name);
  }
  return { fields: FIELDS, columns: [ids.build(), names.build()], rowCount: rows.length };
}

export interface ChunkLoad {
  readonly chunk: number;
  readonly rows: readonly Row[];
  readonly rootRunId?: string;
  readonly attempt?: number;
}

/** One chunk attempt from its first batch to its commit. */
export async function loadChunk(
  definition: SqliteSinkDefinition,
  { chunk, rows, rootRunId = "run-1", attempt = 1 }: ChunkLoad,
): Promise<SinkResult & { readonly failures: readonly RowFailure[] }> {
  const warm = openSqliteWriter(definition, PORTS);
  try {
    const idempotencyKey = `load/${rootRunId}/${chunk}`;
    const key = { pipeline: "load", runId: rootRunId, rootRunId, chunk, attempt, idempotencyKey };
    const writer = warm.open({ key, fields: FIELDS });
    const failures = await writer.write(batchOf(rows));
    const result = await writer.finish({ read: rows.length });
    return { ...result, failures };
  } finally {
    await warm.close();
  }
}

export async function withSink<T>(
  definition: SqliteSinkDefinition,
  work: (sink: Sink) => Promise<T>,
): Promise<T> {
  const sink = openSqliteSink(definition, PORTS);
  try {
    return await work(sink);
  } finally {
    await sink.close();
  }
}

export async function checkAndPrepare(definition: SqliteSinkDefinition, rootRunId = "run-1"): Promise<void> {
  await withSink(definition, async (sink) => {
    await sink.check({ fields: FIELDS, pipeline: "load", ownRunIds: new Set() });
    await sink.prepare({ rootRunId, fields: FIELDS, committed: [] });
  });
}

export async function publish(
  definition: SqliteSinkDefinition,
  parts: readonly Part[],
  rootRunId = "run-1",
): Promise<void> {
  await withSink(definition, async (sink) => {
    const manifestText = "{}";
    await sink.publish({
      pipeline: "load",
      runId: rootRunId,
      rootRunId,
      parts,
      manifestText,
      assertHeld: async () => undefined,
    });
  });
}

/** A whole load of one chunk. */
export async function loadAll(
  definition: SqliteSinkDefinition,
  rows: readonly Row[],
  rootRunId = "run-1",
): Promise<readonly RowFailure[]> {
  await checkAndPrepare(definition, rootRunId);
  const { parts, failures } = await loadChunk(definition, { chunk: 0, rows, rootRunId });
  await publish(definition, parts, rootRunId);
  return failures;
}

interface ChildTarget {
  readonly path: string;
  readonly writeMode: string;
  readonly rootRunId: string;
}

export const CHILD_CHUNKS: readonly (readonly Row[])[] = [
  [
    [1n, "one"],
    [2n, "two"],
  ],
  [[3n, "three"]],
];

function childSink({ path, writeMode }: ChildTarget): SqliteSinkDefinition {
  return sinkOf(path, { writeMode: writeMode as WriteMode, key: ["id"] });
}

export async function checkSink(target: ChildTarget): Promise<void> {
  await checkAndPrepare(childSink(target), target.rootRunId);
}

/** Loads both chunks; repeated, it finds what is already there. */
export async function loadChunks(target: ChildTarget): Promise<readonly Part[]> {
  const definition = childSink(target);
  await checkAndPrepare(definition, target.rootRunId);
  const parts: Part[] = [];
  for (const [chunk, rows] of CHILD_CHUNKS.entries())
    parts.push(...(await loadChunk(definition, { chunk, rows, rootRunId: target.rootRunId })).parts);
  return parts;
}

export async function publishChunks(target: ChildTarget): Promise<void> {
  await publish(childSink(target), await loadChunks(target), target.rootRunId);
}

/** As a run that published `target` leaves it: replace then knows the rows there as its own. */
export const PUBLISHED_BEFORE: string =
  "; CREATE TABLE _tidemark_keys (key TEXT PRIMARY KEY NOT NULL, run TEXT NOT NULL, chunk INTEGER NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL, result TEXT NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID;" +
  "INSERT INTO _tidemark_keys VALUES ('publish:run-0:target', 'run-0', -1, 1, 1, '{}', 0)";
