/**
 * Whether text that the driver handed over with U+FFFD really holds that character, or stands in for bytes that are not
 * valid in the database's encoding.
 */
import { Buffer, isUtf8 } from "node:buffer";
import type { DatabaseSync } from "node:sqlite";

export type TextEncoding = "UTF-8" | "UTF-16le" | "UTF-16be";

export function textEncodingOf(database: DatabaseSync): TextEncoding {
  const encoding = database.prepare("PRAGMA encoding").get()?.["encoding"];
  return encoding === "UTF-16le" || encoding === "UTF-16be" ? encoding : "UTF-8";
}

/** `bytes` as stored, in the database's encoding. */
export function isStoredText(bytes: Uint8Array, encoding: TextEncoding): boolean {
  if (encoding === "UTF-8") return isUtf8(bytes);
  if (bytes.length % 2 !== 0) return false;
  const units = Buffer.from(bytes);
  if (encoding === "UTF-16be") units.swap16();
  return units.toString("utf16le").isWellFormed();
}
