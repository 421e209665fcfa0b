/**
 * A refused row as the source has it: one JSON object, column by column. Integers are written in full, REALs as JSON
 * numbers with a point, bytes as `{"blob":"<base64>"}`, infinities as `{"real":"Infinity"}`, text that is not valid UTF-8
 * as `{"text":"<base64>"}`; a value that was too large to read is `{"too_large":true}`. Longer values are cut to 64 KiB
 * and carry `"cut":true` then.
 */
import { Buffer, isUtf8 } from "node:buffer";
import { isInteger, type SqlRow, type SqlValue, TextBytes } from "../sql-value.ts";

const VALUE_MAX = 65_536;

export interface RawRowRequest {
  readonly columns: readonly string[];
  readonly row: SqlRow;
  /** column whose value was not read */
  readonly unread: string | undefined;
  readonly readBytes: (index: number) => Uint8Array;
}

export function renderRawRow({ columns, row, unread, readBytes }: RawRowRequest): Uint8Array {
  const members = columns.map((name, index) => {
    const text = name === unread ? '{"too_large":true}' : render(row[index] ?? null, () => readBytes(index));
    return `${JSON.stringify(name)}:${text}`;
  });
  return Buffer.from(`{${members.join(",")}}`);
}

function render(value: SqlValue, bytes: () => Uint8Array): string {
  if (value === null) return "null";
  if (isInteger(value)) return BigInt(value).toString();
  if (typeof value === "number") return renderNumber(value);
  if (value instanceof TextBytes) return tagged("text", value.bytes);
  if (typeof value !== "string") return tagged("blob", value);
  if (value.includes("\uFFFD")) {
    const stored = bytes();
    if (!isUtf8(stored)) return tagged("text", stored);
  }
  if (value.length <= VALUE_MAX) return JSON.stringify(value);
  return tagged("text", Buffer.from(value.slice(0, VALUE_MAX)), true);
}

function renderNumber(value: number): string {
  if (!Number.isFinite(value)) return JSON.stringify({ real: String(value) });
  return String(value);
}

function tagged(kind: "blob" | "text", bytes: Uint8Array, cut: boolean = bytes.length > VALUE_MAX): string {
  const kept = Buffer.from(bytes.subarray(0, VALUE_MAX)).toString("base64");
  return cut ? `{"${kind}":"${kept}","cut":true}` : `{"${kind}":"${kept}"}`;
}
