/** Copies a JSON value out of its line into a column: strings without their escapes, base64 as bytes, the rest as written. */
import { Buffer } from "node:buffer";
import type { VarlenBuilder } from "../../columns/build/varlen-builder.ts";
import { hex4 } from "../../columns/cast/scan-json.ts";

const BACKSLASH = 0x5c;

/** Appends the string between `start` and `end`, which `scan-json.ts` found valid, with its escapes resolved. */
export function appendEscaped(builder: VarlenBuilder, bytes: Uint8Array, start: number, end: number): void {
  let from = start;
  let at = start;
  while (at < end) {
    if (bytes[at] !== BACKSLASH) {
      at += 1;
      continue;
    }
    builder.appendPiece(bytes, from, at);
    at = appendEscape(builder, bytes, at, end);
    from = at;
  }
  builder.appendPiece(bytes, from, end);
  builder.endValue();
}

/** Position after the escape at `at`. */
function appendEscape(builder: VarlenBuilder, bytes: Uint8Array, at: number, end: number): number {
  const letter = bytes[at + 1] ?? 0;
  if (letter !== 0x75) {
    builder.appendByte(SHORT_ESCAPES.get(letter) ?? letter);
    return at + 2;
  }
  const unit = hex4(bytes, at + 2, end);
  if (unit < 0xd800 || unit > 0xdbff) {
    appendCodePoint(builder, unit);
    return at + 6;
  }
  const low = hex4(bytes, at + 8, end);
  appendCodePoint(builder, 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
  return at + 12;
}

function appendCodePoint(builder: VarlenBuilder, code: number): void {
  if (code < 0x80) {
    builder.appendByte(code);
    return;
  }
  if (code < 0x800) builder.appendByte(0xc0 | (code >> 6));
  else {
    if (code < 0x1_0000) builder.appendByte(0xe0 | (code >> 12));
    else {
      builder.appendByte(0xf0 | (code >> 18));
      builder.appendByte(0x80 | ((code >> 12) & 0x3f));
    }
    builder.appendByte(0x80 | ((code >> 6) & 0x3f));
  }
  builder.appendByte(0x80 | (code & 0x3f));
}

const SHORT_ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
]);

/** Appends the bytes that base64 text, found valid, stands for. */
export function appendBase64(builder: VarlenBuilder, bytes: Uint8Array, start: number, end: number): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
  const value = Buffer.from(text, "base64");
  builder.appendBytes(value, 0, value.length);
}

/** True for padded base64 of the standard alphabet, written the one canonical way. */
export function isBase64(bytes: Uint8Array, start: number, end: number): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
  return Buffer.from(text, "base64").toString("base64") === text;
}
