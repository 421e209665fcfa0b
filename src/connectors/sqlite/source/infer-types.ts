/**
 * Types of columns that nothing declares: results of expressions, `ANY`, columns without a type. The storage classes of
 * the first rows decide; later values of another class go the way of `onError`, so a definition that must not depend on
 * the data declares such columns itself.
 */
import type { DatabaseSync } from "node:sqlite";
import type { LogicalType } from "../../../columns/logical-type.ts";
import { queryRows } from "../query-rows.ts";
import type { SqlValue } from "../sql-value.ts";
import { quoteIdentifier } from "../quote-identifier.ts";

const ROWS_LOOKED_AT = 100;

export interface InferRequest {
  readonly database: DatabaseSync;
  readonly from: string;
  readonly where: string;
  readonly columns: readonly string[];
}

/** Columns of which only NULLs were seen are text. */
export function inferTypes({
  database,
  from,
  where,
  columns,
}: InferRequest): ReadonlyMap<string, LogicalType> {
  if (columns.length === 0) return new Map();
  const condition = where === "" ? "" : ` WHERE ${where}`;
  const terms = columns.map((column) => `typeof(${quoteIdentifier(column)})`).join(", ");
  const rows = queryRows(database, `SELECT ${terms} FROM ${from}${condition} LIMIT ${ROWS_LOOKED_AT}`);
  return new Map(
    columns.map((name, index) => [name, typeOfClasses(new Set(rows.map((row) => row[index] ?? null)))]),
  );
}

function typeOfClasses(classes: ReadonlySet<SqlValue>): LogicalType {
  const seen = [...classes].filter((name) => name !== "null");
  if (seen.length > 0 && seen.every((name) => name === "integer"))
    return { kind: "int", bits: 64, signed: true };
  if (seen.length > 0 && seen.every((name) => name === "integer" || name === "real"))
    return { kind: "float", bits: 64 };
  if (seen.length > 0 && seen.every((name) => name === "blob")) return { kind: "bytes" };
  return { kind: "text" };
}
