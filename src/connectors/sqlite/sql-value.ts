/**
 * Values as SQLite stores them, and their exact form as JSON: bounds, places and raw rows are written with it.
 *
 * JSON form: null, a plain string or a safe integer as they are; `{int: "…"}` for integers beyond 2^53,
 * `{real: "…"}` for floating point, `{blob: "<base64>"}` for bytes, `{text: "<base64>"}` for text that is not valid UTF-8.
 */
import { Buffer } from "node:buffer";
import type { SQLInputValue } from "node:sqlite";
import { assert } from "../../core/errors.ts";
import type { JsonValue } from "../../core/json-value.ts";

/** Text as its bytes: because no JavaScript string could hold them, or because the text is large. */
export class TextBytes {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

export type SqlValue = null | number | bigint | string | Uint8Array | TextBytes;
export type SqlRow = readonly SqlValue[];

/** A value by which rows are found again, exact to the byte. */
export type KeyValue = SqlValue;

export function encodeKeyValue(value: KeyValue): JsonValue {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : { int: value.toString() };
  }
  if (typeof value === "number") {
    if (Object.is(value, -0)) return { real: "-0" };
    return Number.isSafeInteger(value) ? value : { real: String(value) };
  }
  if (value instanceof TextBytes) return { text: Buffer.from(value.bytes).toString("base64") };
  return { blob: Buffer.from(value).toString("base64") };
}

/** Reads what `encodeKeyValue` wrote; INTERNAL_ASSERTION for anything else. */
export function decodeKeyValue(json: JsonValue): KeyValue {
  if (json === null || typeof json === "string" || typeof json === "number") return json;
  assert(
    typeof json === "object" && !Array.isArray(json),
    "a key value is null, text, a number or an object",
  );
  const [kind, text] = Object.entries(json)[0] ?? [];
  assert(typeof text === "string", "a tagged key value holds text");
  if (kind === "int") return BigInt(text);
  if (kind === "real") return Number(text);
  const bytes = Buffer.from(text, "base64");
  assert(kind === "blob" || kind === "text", `key values of kind ${String(kind)} are not known`);
  return kind === "blob" ? bytes : new TextBytes(bytes);
}

/** The placeholder that binds `value` as what it is. */
export function placeholderOf(value: KeyValue): string {
  return value instanceof TextBytes ? "CAST(? AS TEXT)" : "?";
}

export function bindable(value: KeyValue): SQLInputValue {
  return value instanceof TextBytes ? value.bytes : value;
}

/** The one integer beyond 2^53 that the driver lets through as a number (its bound check overflows). */
const INT64_MIN = -(2 ** 63);

/** Whether a value read as a number is an INTEGER; where numbers are read, no REAL is integral and safe. */
export function isInteger(value: SqlValue): value is number | bigint {
  return typeof value === "bigint" || Number.isSafeInteger(value) || value === INT64_MIN;
}

/** Storage class, as SQLite's typeof names it. Read as numbers, an integral REAL cannot be told from an INTEGER. */
export function storageClassOf(value: SqlValue): string {
  if (value === null) return "NULL";
  if (typeof value === "string" || value instanceof TextBytes) return "TEXT";
  if (isInteger(value)) return "INTEGER";
  if (typeof value === "number") return "REAL";
  return "BLOB";
}
