/**
 * The statements that read a chunk: the same rows in the same order with different select lists. `guarded` reads NULL
 * instead of values beyond `maxBytes`, and appends the place (0-based) and length of the first such value of the row:
 * SQLite knows the length from the row's header, so the bytes are never loaded.
 */
import type { SQLInputValue } from "node:sqlite";
import { quoteIdentifier, quoteList } from "../quote-identifier.ts";
import type { SourceShape } from "./source-shape.ts";

export interface Selection {
  readonly shape: SourceShape;
  /** wanted columns, in order */
  readonly columns: readonly string[];
  /** columns of the key, read after the wanted ones; empty when there is none */
  readonly key: readonly string[];
  readonly hint: string;
}

export interface RowFilter {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
  /** order by these columns; empty: as they come */
  readonly order: readonly string[];
}

export function plainList({ columns, key }: Selection): string {
  const names = [...columns, ...key];
  return names.length === 0 ? "NULL" : quoteList(names);
}

export function guardedList({ columns, key }: Selection, maxBytes: number): string {
  const names = columns.map(quoteIdentifier);
  const tooLarge = (name: string): string => `octet_length(${name}) > ${maxBytes}`;
  const values = names.map((name) => `iif(${tooLarge(name)}, NULL, ${name})`);
  const place = `CASE ${names.map((name, at) => `WHEN ${tooLarge(name)} THEN ${at}`).join(" ")} END`;
  const length = `CASE ${names.map((name) => `WHEN ${tooLarge(name)} THEN octet_length(${name})`).join(" ")} END`;
  return [...values, ...key.map(quoteIdentifier), place, length].join(", ");
}

/** `tail`: LIMIT and OFFSET. */
export function selectRows(selection: Selection, list: string, filter: RowFilter, tail: string): string {
  const { shape, hint } = selection;
  const conditions = [filter.sql, shape.where].filter((sql) => sql !== "").join(" AND ");
  const where = conditions === "" ? "" : ` WHERE ${conditions}`;
  const order = filter.order.length === 0 ? "" : ` ORDER BY ${quoteList(filter.order)}`;
  return `SELECT ${list} FROM ${shape.from} ${hint}${where}${order} ${tail}`;
}
