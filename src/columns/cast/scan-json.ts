/**
 * A strict JSON scanner (RFC 8259) over bytes: finds where a value ends, makes nothing. Strings must be valid UTF-8
 * (checked by the caller for the whole text); escaped surrogates must come in pairs. Nesting is bounded.
 */

/** Deeper than any real document, shallow enough for the stack. */
const DEPTH_MAX = 512;

/** Position after the value that starts at `at`, or -1 when there is no valid value. */
export function scanJsonValue(bytes: Uint8Array, at: number, end: number, depth = 0): number {
  if (at >= end) return -1;
  switch (bytes[at] ?? 0) {
    case 0x22:
      return scanJsonString(bytes, at, end);
    case 0x7b:
      return depth >= DEPTH_MAX ? -1 : scanObject(bytes, at, end, depth);
    case 0x5b:
      return depth >= DEPTH_MAX ? -1 : scanArray(bytes, at, end, depth);
    case 0x74:
      return scanWord(bytes, at, end, TRUE);
    case 0x66:
      return scanWord(bytes, at, end, FALSE);
    case 0x6e:
      return scanWord(bytes, at, end, NULL);
    default:
      return scanJsonNumber(bytes, at, end);
  }
}

export function skipJsonBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) break;
    at += 1;
  }
  return at;
}

/** Position after the closing quote, or -1. */
export function scanJsonString(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== 0x22) return -1;
  let at = start + 1;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x22) return at + 1;
    if (byte < 0x20) return -1;
    if (byte === 0x5c) {
      at = scanEscape(bytes, at, end);
      if (at < 0) return -1;
    } else at += 1;
  }
  return -1;
}

function scanEscape(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return -1;
  if (bytes[at + 1] !== 0x75) return SHORT_ESCAPES.has(bytes[at + 1] ?? 0) ? at + 2 : -1;
  const unit = hex4(bytes, at + 2, end);
  if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return -1;
  if (unit < 0xd800 || unit > 0xdbff) return at + 6;
  if (at + 8 > end || bytes[at + 6] !== 0x5c || bytes[at + 7] !== 0x75) return -1;
  const low = hex4(bytes, at + 8, end);
  return low >= 0xdc00 && low <= 0xdfff ? at + 12 : -1;
}

/** The four hex digits at `at`, or -1. */
export function hex4(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) return -1;
  let value = 0;
  for (let index = at; index < at + 4; index += 1) {
    const digit = hexDigit(bytes[index] ?? 0);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

export function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Position after the number, or -1. */
function scanJsonNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = bytes[start] === 0x2d ? start + 1 : start;
  const whole = at;
  at = skipDigits(bytes, at, end);
  if (at === whole || (bytes[whole] === 0x30 && at > whole + 1)) return -1;
  if (at < end && bytes[at] === 0x2e) {
    const fraction = at + 1;
    at = skipDigits(bytes, fraction, end);
    if (at === fraction) return -1;
  }
  if (at < end && ((bytes[at] ?? 0) | 0x20) === 0x65) {
    at += 1;
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at += 1;
    const exponent = at;
    at = skipDigits(bytes, exponent, end);
    if (at === exponent) return -1;
  }
  return at;
}

function skipDigits(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] ?? 0) >= 0x30 && (bytes[at] ?? 0) <= 0x39) at += 1;
  return at;
}

function scanObject(bytes: Uint8Array, start: number, end: number, depth: number): number {
  let at = skipJsonBlanks(bytes, start + 1, end);
  if (bytes[at] === 0x7d && at < end) return at + 1;
  while (at < end) {
    at = scanJsonString(bytes, at, end);
    if (at < 0) return -1;
    at = skipJsonBlanks(bytes, at, end);
    if (at >= end || bytes[at] !== 0x3a) return -1;
    at = scanJsonValue(bytes, skipJsonBlanks(bytes, at + 1, end), end, depth + 1);
    if (at < 0) return -1;
    at = skipJsonBlanks(bytes, at, end);
    if (at < end && bytes[at] === 0x7d) return at + 1;
    if (at >= end || bytes[at] !== 0x2c) return -1;
    at = skipJsonBlanks(bytes, at + 1, end);
  }
  return -1;
}

function scanArray(bytes: Uint8Array, start: number, end: number, depth: number): number {
  let at = skipJsonBlanks(bytes, start + 1, end);
  if (bytes[at] === 0x5d && at < end) return at + 1;
  while (at < end) {
    at = scanJsonValue(bytes, at, end, depth + 1);
    if (at < 0) return -1;
    at = skipJsonBlanks(bytes, at, end);
    if (at < end && bytes[at] === 0x5d) return at + 1;
    if (at >= end || bytes[at] !== 0x2c) return -1;
    at = skipJsonBlanks(bytes, at + 1, end);
  }
  return -1;
}

const SHORT_ESCAPES: ReadonlySet<number> = new Set([0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74]);
const TRUE: readonly number[] = [0x74, 0x72, 0x75, 0x65];
const FALSE: readonly number[] = [0x66, 0x61, 0x6c, 0x73, 0x65];
const NULL: readonly number[] = [0x6e, 0x75, 0x6c, 0x6c];

function scanWord(bytes: Uint8Array, at: number, end: number, word: readonly number[]): number {
  if (at + word.length > end) return -1;
  for (let index = 0; index < word.length; index += 1) if (bytes[at + index] !== word[index]) return -1;
  return at + word.length;
}
