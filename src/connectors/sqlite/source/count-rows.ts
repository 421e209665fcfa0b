/** How many rows a table has: exactly for small ones, estimated without a scan for others. */
import type { DatabaseSync } from "node:sqlite";
import { seededRandom, type Random } from "../../../core/random.ts";
import { quoteIdentifier } from "../quote-identifier.ts";
import { sha256 } from "../../../core/sha256.ts";
import { queryRows } from "../query-rows.ts";
import type { TableSchema } from "../table-schema.ts";
import { type Stretch, surveyIntegers, totalRows } from "./survey-integers.ts";

export interface TableSize {
  readonly rows: number;
  readonly exact: boolean;
  /** where the rowids, or the values of the leading integer key column, lie; undefined when they are not integers */
  readonly stretches: readonly Stretch[] | undefined;
  /** column that the stretches are of */
  readonly column: string | undefined;
}

/** Counts up to `exactMax` rows, and estimates beyond. */
export function measureTable(database: DatabaseSync, table: TableSchema, exactMax: number): TableSize {
  const name = quoteIdentifier(table.name);
  const counted = numberOf(database, `SELECT count(*) FROM (SELECT 1 FROM ${name} LIMIT ${exactMax + 1})`);
  if (counted <= exactMax) return { rows: counted, exact: true, stretches: undefined, column: undefined };
  const column = table.rowid ?? table.uniqueKeys[0]?.columns[0];
  const stretches =
    column === undefined
      ? undefined
      : surveyIntegers({ database, table: table.name, column, hint: "NOT INDEXED" }, randomOf(table.name));
  if (stretches === undefined || (table.rowid === null && (table.uniqueKeys[0]?.columns.length ?? 0) > 1))
    return { rows: numberOf(database, `SELECT count(*) FROM ${name}`), exact: true, stretches, column };
  return { rows: totalRows(stretches), exact: false, stretches, column };
}

/** Seeded with the table's name, so that the same table is cut the same way again. */
export function randomOf(tableName: string): Random {
  return seededRandom(sha256(tableName).readUInt32LE(0));
}

function numberOf(database: DatabaseSync, sql: string): number {
  return Number(queryRows(database, sql)[0]?.[0] ?? 0);
}
