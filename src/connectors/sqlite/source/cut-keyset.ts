/**
 * Boundaries of key ranges, sampled and never counted off by OFFSET:
 *
 * - an integer key that is the rowid, or the leading integer column of a WITHOUT ROWID table: interpolated over the
 *   stretches where values lie (`survey-integers.ts`)
 * - any other key of a rowid table: keys of rows at random rowids, sorted by SQLite in the key's own collation, quantiles
 * - any other key of a WITHOUT ROWID table: one pass over the key, taking every n-th; said so in the plan
 */
import type { DatabaseSync } from "node:sqlite";
import { quoteIdentifier, quoteList } from "../quote-identifier.ts";
import { allRows, prepareExact, queryRows } from "../query-rows.ts";
import type { KeyValue } from "../sql-value.ts";
import type { TableSchema } from "../table-schema.ts";
import { measureTable, randomOf, type TableSize } from "./count-rows.ts";
import type { KeyRange, PageKey } from "./page-key.ts";
import { valueAtRow } from "./survey-integers.ts";

/** A plan of more chunks helps nobody; chunks grow instead. */
const CHUNKS_MAX = 10_000;
const SAMPLES_PER_CHUNK = 32;
const SAMPLES_MAX = 20_000;

export interface KeysetCut {
  readonly database: DatabaseSync;
  readonly table: TableSchema;
  readonly key: PageKey;
  readonly chunkRows: number;
}

/** Ranges in order; the first has no lower bound, the last no upper. */
export function cutKeyset(cut: KeysetCut): readonly KeyRange[] {
  const size = measureTable(cut.database, cut.table, cut.chunkRows);
  const chunkCount = Math.max(1, Math.min(CHUNKS_MAX, Math.ceil(size.rows / cut.chunkRows)));
  const limits = chunkCount === 1 ? [] : limitsOf(cut, size, chunkCount);
  return [...limits, null].map((upTo, at) => ({ after: limits[at - 1] ?? null, upTo }));
}

export type CutWay = "interpolate" | "sample" | "count";

export function cutWayOf(table: TableSchema, key: PageKey, size: TableSize): CutWay {
  if (size.stretches !== undefined && (key.origin === "rowid" || key.origin === "hidden"))
    return "interpolate";
  if (size.stretches !== undefined && table.rowid === null && size.column === key.columns[0]) {
    // A leading column of few values cannot be interpolated: its ranges would be far too large.
    const rows = size.stretches.reduce((sum, stretch) => sum + stretch.rows, 0);
    if (key.columns.length === 1 || rows * 4 > size.rows) return "interpolate";
  }
  return table.rowid === null || size.stretches === undefined ? "count" : "sample";
}

function limitsOf(cut: KeysetCut, size: TableSize, chunkCount: number): readonly (readonly KeyValue[])[] {
  switch (cutWayOf(cut.table, cut.key, size)) {
    case "interpolate":
      return interpolate(size, chunkCount);
    case "sample":
      return sampleKeys(cut, size, chunkCount);
    case "count":
      return countOff(cut, Math.ceil(size.rows / chunkCount));
  }
}

function interpolate(size: TableSize, chunkCount: number): readonly (readonly KeyValue[])[] {
  const stretches = size.stretches ?? [];
  const total = stretches.reduce((sum, { rows }) => sum + rows, 0);
  const last = stretches.at(-1)?.to ?? 0n;
  const limits = new Set<bigint>();
  for (let chunk = 1; chunk < chunkCount; chunk += 1) {
    const limit = valueAtRow(stretches, (total * chunk) / chunkCount);
    if (limit < last) limits.add(limit);
  }
  return [...limits].map((limit) => [limit]);
}

function sampleKeys(cut: KeysetCut, size: TableSize, chunkCount: number): readonly (readonly KeyValue[])[] {
  const { database, table, key } = cut;
  const name = quoteIdentifier(table.name);
  const rowid = table.rowid ?? "rowid";
  const rowids = sampleRowids(cut, size, Math.min(SAMPLES_MAX, chunkCount * SAMPLES_PER_CHUNK));
  // The unary plus keeps SQLite from walking the whole index of the key to find them in order.
  const order = key.columns.map((column) => `+${quoteIdentifier(column)}`).join(", ");
  const sql = `SELECT ${quoteList(key.columns)} FROM ${name} NOT INDEXED WHERE ${rowid} IN (SELECT value FROM json_each(?)) ORDER BY ${order}`;
  const found = queryRows(database, sql, [`[${rowids.join(",")}]`]);
  const samples = found.filter(
    (row) => !row.some((value) => typeof value === "string" && value.includes("\uFFFD")),
  );
  const limits: (readonly KeyValue[])[] = [];
  let previous = -1;
  for (let chunk = 1; chunk < chunkCount; chunk += 1) {
    const at = Math.floor((samples.length * chunk) / chunkCount) - 1;
    const sample = samples[at];
    if (sample === undefined || at === previous) continue;
    limits.push(sample);
    previous = at;
  }
  return limits;
}

function sampleRowids({ database, table }: KeysetCut, size: TableSize, count: number): readonly bigint[] {
  const random = randomOf(table.name);
  const rowid = table.rowid ?? "rowid";
  const statement = prepareExact(
    database,
    `SELECT ${rowid} FROM ${quoteIdentifier(table.name)} NOT INDEXED WHERE ${rowid} >= ? ORDER BY ${rowid} LIMIT 1`,
  );
  const stretches = size.stretches ?? [];
  const total = stretches.reduce((sum, { rows }) => sum + rows, 0);
  const rowids = new Set<bigint>();
  for (let sample = 0; sample < count; sample += 1) {
    const found = allRows(statement, [valueAtRow(stretches, random.next() * total)])[0]?.[0];
    if (typeof found === "bigint") rowids.add(found);
  }
  return [...rowids];
}

function countOff({ database, table, key }: KeysetCut, every: number): readonly (readonly KeyValue[])[] {
  const columns = quoteList(key.columns);
  const place = quoteIdentifier("tidemark row number");
  const numbered = `SELECT ${columns}, row_number() OVER (ORDER BY ${columns}) AS ${place} FROM ${quoteIdentifier(table.name)}`;
  const rows = queryRows(database, `SELECT ${columns} FROM (${numbered}) WHERE ${place} % ? = 0`, [
    BigInt(every),
  ]);
  return rows.filter((row) => !row.some((value) => typeof value === "string" && value.includes("\uFFFD")));
}
