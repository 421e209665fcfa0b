/**
 * A row as one JSON object, for failures and quarantine files: numbers exact to the digit, everything else as the
 * canonical text of `render-value.ts`. Values beyond 64 KiB are cut, and a cut value ends in `…`.
 */
import { Buffer } from "node:buffer";
import { type Column, type ColumnBatch, isValid } from "./column-batch.ts";
import { renderValue } from "./render-value.ts";

/** A row that failed is looked at by a person: more than this of one value helps no one. */
const VALUE_CHARS_MAX = 65_536;

export function renderRow(batch: ColumnBatch, row: number): Uint8Array {
  const members = batch.columns.map((column, index) => {
    const name = JSON.stringify(batch.fields[index]?.name ?? "");
    return `${name}:${renderMember(column, row)}`;
  });
  return Buffer.from(`{${members.join(",")}}`);
}

function renderMember(column: Column, row: number): string {
  if (!isValid(column, row)) return "null";
  const text = renderValue(shorten(column, row), column.layout === "varlen" ? 0 : row) ?? "";
  switch (column.type.kind) {
    case "int":
    case "decimal":
    case "bool":
      return text;
    case "float":
      return /[NI]/.test(text) ? JSON.stringify(text) : text;
    case "json":
    case "text":
    case "bytes":
      return JSON.stringify(isCut(column, row) ? `${text}…` : text);
    case "uuid":
    case "date":
    case "time":
    case "timestamp":
      return JSON.stringify(text);
  }
}

function isCut(column: Column, row: number): boolean {
  if (column.layout !== "varlen") return false;
  return (column.offsets[row + 1] ?? 0) - (column.offsets[row] ?? 0) > VALUE_CHARS_MAX;
}

/** A one-row view of a varlen value with at most `VALUE_CHARS_MAX` bytes. */
function shorten(column: Column, row: number): Column {
  if (column.layout !== "varlen") return column;
  const start = column.offsets[row] ?? 0;
  const end = Math.min(column.offsets[row + 1] ?? 0, start + VALUE_CHARS_MAX);
  return {
    ...column,
    rowCount: 1,
    validity: null,
    nullCount: 0,
    offsets: Int32Array.of(start, end),
  };
}
