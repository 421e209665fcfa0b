/**
 * Reads JSON text from outside and refuses whatever `JSON.parse` would let through changed: duplicate keys (also when
 * one is written with escapes), integers beyond ±(2^53−1), numbers a double cannot hold as they are written
 * (`1e400`, `1e-400`, `0.12345678901234567891`), lone surrogates, more than 64 levels, and text after the value.
 * A number is exact here when the double, written with as many digits, is what stood in the text.
 *
 * Errors are CORE_JSON_SYNTAX with the offset in UTF-8 bytes. A byte order mark is refused: the reader of the file drops it.
 */
import { JSON_DEPTH_MAX } from "./canonical-json.ts";
import { isExactNumber } from "./exact-number.ts";
import { TidemarkError } from "./errors.ts";
import type { JsonValue } from "./json-value.ts";

/** O(length). Throws CORE_JSON_SYNTAX. */
export function parseStrictJson(text: string): JsonValue {
  const scanner: Scanner = { text, at: 0 };
  skipSpace(scanner);
  const value = readValue(scanner, 0);
  skipSpace(scanner);
  if (scanner.at < text.length) refuse(scanner, scanner.at, "text after the value");
  return value;
}

interface Scanner {
  readonly text: string;
  at: number;
}

function readValue(scanner: Scanner, depth: number): JsonValue {
  switch (scanner.text[scanner.at] ?? "") {
    case "{":
      return readObject(scanner, depth);
    case "[":
      return readArray(scanner, depth);
    case '"':
      return readString(scanner);
    case "t":
      return readWord(scanner, "true", true);
    case "f":
      return readWord(scanner, "false", false);
    case "n":
      return readWord(scanner, "null", null);
    default:
      return readNumber(scanner);
  }
}

function readObject(scanner: Scanner, depth: number): JsonValue {
  openLevel(scanner, depth);
  const object: Record<string, JsonValue> = {};
  if (closes(scanner, "}")) return object;
  do {
    skipSpace(scanner);
    const keyAt = scanner.at;
    if (scanner.text[keyAt] !== '"')
      refuse(scanner, keyAt, `expected a key in quotes, found ${found(scanner)}`);
    const key = readString(scanner);
    if (Object.hasOwn(object, key)) refuse(scanner, keyAt, `key ${JSON.stringify(key)} stands there twice`);
    expect(scanner, ":");
    setMember(object, key, readValue(scanner, depth + 1));
  } while (goesOn(scanner, "}"));
  return object;
}

function readArray(scanner: Scanner, depth: number): JsonValue {
  openLevel(scanner, depth);
  const array: JsonValue[] = [];
  if (closes(scanner, "]")) return array;
  do {
    skipSpace(scanner);
    array.push(readValue(scanner, depth + 1));
  } while (goesOn(scanner, "]"));
  return array;
}

/** Assigning `__proto__` would set the prototype instead of a member. */
function setMember(object: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

/** `JSON.parse` decides on escapes and control characters; only the closing quote is looked for here. */
function readString(scanner: Scanner): string {
  const start = scanner.at;
  const end = closingQuote(scanner.text, start);
  if (end < 0) return refuse(scanner, start, "a string without its closing quote");
  const value = decodeString(scanner.text.slice(start, end + 1));
  if (value === undefined) {
    return refuse(scanner, start, "a string with a control character or a wrong escape");
  }
  if (!value.isWellFormed()) refuse(scanner, start, "a string holds half of a surrogate pair");
  scanner.at = end + 1;
  return value;
}

/** A quote closes a string unless an odd number of backslashes stands before it. */
function closingQuote(text: string, start: number): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return end;
    let before = end - 1;
    while (text[before] === "\\") before -= 1;
    if ((end - before) % 2 === 1) return end;
  }
}

// A string without escapes says what it holds; JSON.parse reads the others.
const PLAIN_STRING = /^"[^"\\\p{Cc}]*"$/u;

function decodeString(literal: string): string | undefined {
  if (PLAIN_STRING.test(literal)) return literal.slice(1, -1);
  try {
    return String(JSON.parse(literal));
  } catch {
    return undefined;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function readNumber(scanner: Scanner): number {
  const start = scanner.at;
  const literal = match(scanner, NUMBER);
  if (literal === undefined) return refuse(scanner, start, `expected a value, found ${found(scanner)}`);
  const value = Number(literal);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    refuse(scanner, start, `${literal} is beyond ±(2^53−1): write it as a string`);
  }
  if (!isExactNumber(literal, value)) {
    refuse(scanner, start, `${literal} does not fit a double exactly: write it as a string`);
  }
  return value;
}

function readWord<T extends JsonValue>(scanner: Scanner, word: string, value: T): T {
  if (!scanner.text.startsWith(word, scanner.at)) {
    return refuse(scanner, scanner.at, `expected a value, found ${found(scanner)}`);
  }
  scanner.at += word.length;
  return value;
}

function openLevel(scanner: Scanner, depth: number): void {
  if (depth === JSON_DEPTH_MAX) refuse(scanner, scanner.at, `more than ${JSON_DEPTH_MAX} levels`);
  scanner.at += 1;
}

function closes(scanner: Scanner, bracket: string): boolean {
  skipSpace(scanner);
  if (scanner.text[scanner.at] !== bracket) return false;
  scanner.at += 1;
  return true;
}

/** After a member: true on a comma, false on the closing bracket. */
function goesOn(scanner: Scanner, bracket: string): boolean {
  if (closes(scanner, bracket)) return false;
  if (scanner.text[scanner.at] !== ",") {
    refuse(scanner, scanner.at, `expected ',' or '${bracket}', found ${found(scanner)}`);
  }
  scanner.at += 1;
  return true;
}

function expect(scanner: Scanner, char: string): void {
  skipSpace(scanner);
  if (scanner.text[scanner.at] !== char) {
    refuse(scanner, scanner.at, `expected '${char}', found ${found(scanner)}`);
  }
  scanner.at += 1;
  skipSpace(scanner);
}

function skipSpace(scanner: Scanner): void {
  const { text } = scanner;
  for (;;) {
    const code = text.charCodeAt(scanner.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    scanner.at += 1;
  }
}

function match(scanner: Scanner, pattern: RegExp): string | undefined {
  pattern.lastIndex = scanner.at;
  const literal = pattern.exec(scanner.text)?.[0];
  if (literal !== undefined) scanner.at += literal.length;
  return literal;
}

function found(scanner: Scanner): string {
  const point = scanner.text.codePointAt(scanner.at);
  return point === undefined ? "the end" : JSON.stringify(String.fromCodePoint(point));
}

function refuse(scanner: Scanner, at: number, reason: string): never {
  const offset = Buffer.byteLength(scanner.text.slice(0, at), "utf8");
  throw new TidemarkError("CORE_JSON_SYNTAX", { offset, reason });
}
