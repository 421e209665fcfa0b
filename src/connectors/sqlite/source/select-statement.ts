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
  /** of `columns`, those whose large text is wanted as bytes */
  readonly textColumns: readonly string[];
}

/** Larger text is wanted as bytes: a string of it would be one more copy, which only the collector frees. */
export const LARGE_TEXT_BYTES: number = 256 * 1024;

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

/** As `plainList`, with large text of `textColumns` as BLOBs: a BLOB above the bound may be either. */
export function largeTextsList(selection: Selection): string {
  const list = [...valuesList(selection), ...selection.key.map(quoteIdentifier)];
  return list.length === 0 ? "NULL" : list.join(", ");
}

function valuesList({ columns, textColumns }: Selection): readonly string[] {
  return columns.map((column) => {
    const name = quoteIdentifier(column);
    if (!textColumns.includes(column)) return name;
    return `iif(octet_length(${name}) > ${LARGE_TEXT_BYTES}, CAST(${name} AS BLOB), ${name})`;
  });
}

export function guardedList(selection: Selection, maxBytes: number): string {
  const { columns, key } = selection;
  const names = columns.map(quoteIdentifier);
  const tooLarge = (name: string): string => `octet_length(${name}) > ${maxBytes}`;
  const list = valuesList(selection);
  const values = names.map((name, at) => `iif(${tooLarge(name)}, NULL, ${list[at] ?? name})`);
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
