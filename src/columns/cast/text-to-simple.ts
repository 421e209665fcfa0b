/**
 * Text to bool (`true false t f 1 0` in any case), uuid (32 hex digits, hyphens in their places or not at all), bytes
 * (`\x` and hex, or hex alone) and json (one strict RFC 8259 value).
 */
import type { BitsBuilder } from "../build/bits-builder.ts";
import type { Fixed16Builder } from "../build/fixed16-builder.ts";
import type { VarlenBuilder } from "../build/varlen-builder.ts";
import type { Refusal, TextParser } from "./cast-kernel.ts";
import { hexDigit, scanJsonValue, skipJsonBlanks } from "./scan-json.ts";

const NOT_BOOL: Refusal = { rule: "type", message: "not a bool; write it as true or false" };
const NOT_UUID: Refusal = { rule: "type", message: "not a uuid" };
const NOT_HEX: Refusal = { rule: "type", message: "not bytes in hex" };
const NOT_JSON: Refusal = { rule: "type", message: "not one JSON value" };

export function boolParser(builder: BitsBuilder): TextParser {
  return (bytes, start, end) => {
    const value = boolOf(bytes, start, end);
    if (value === undefined) return NOT_BOOL;
    builder.appendBool(value);
    return null;
  };
}

function boolOf(bytes: Uint8Array, start: number, end: number): boolean | undefined {
  if (end - start === 1) {
    const byte = bytes[start] ?? 0;
    if (byte === 0x31 || (byte | 0x20) === 0x74) return true;
    return byte === 0x30 || (byte | 0x20) === 0x66 ? false : undefined;
  }
  if (equalsWord(bytes, start, end, "true")) return true;
  return equalsWord(bytes, start, end, "false") ? false : undefined;
}

function equalsWord(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let index = 0; index < word.length; index += 1)
    if (((bytes[start + index] ?? 0) | 0x20) !== word.charCodeAt(index)) return false;
  return true;
}

export function uuidParser(builder: Fixed16Builder): TextParser {
  const value = new Uint8Array(16);
  return (bytes, start, end) => {
    const hyphened = end - start === 36;
    if (!hyphened && end - start !== 32) return NOT_UUID;
    let at = start;
    for (let index = 0; index < 16; index += 1) {
      if (hyphened && (index === 4 || index === 6 || index === 8 || index === 10) && bytes[at++] !== 0x2d)
        return NOT_UUID;
      const byte = hexByte(bytes, at);
      if (byte < 0) return NOT_UUID;
      value[index] = byte;
      at += 2;
    }
    builder.appendFixed16(value, 0);
    return null;
  };
}

export function hexParser(builder: VarlenBuilder): TextParser {
  return (bytes, start, end) => {
    const from = bytes[start] === 0x5c && bytes[start + 1] === 0x78 ? start + 2 : start;
    if ((end - from) % 2 !== 0) return NOT_HEX;
    for (let at = from; at < end; at += 2) if (hexByte(bytes, at) < 0) return NOT_HEX;
    for (let at = from; at < end; at += 2) builder.appendByte(hexByte(bytes, at));
    builder.endValue();
    return null;
  };
}

function hexByte(bytes: Uint8Array, at: number): number {
  const high = hexDigit(bytes[at] ?? 0);
  const low = hexDigit(bytes[at + 1] ?? 0);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

export function jsonParser(builder: VarlenBuilder): TextParser {
  return (bytes, start, end) => {
    const after = scanJsonValue(bytes, skipJsonBlanks(bytes, start, end), end);
    if (after < 0 || skipJsonBlanks(bytes, after, end) !== end) return NOT_JSON;
    builder.appendBytes(bytes, start, end);
    return null;
  };
}
