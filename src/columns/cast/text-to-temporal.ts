/**
 * Text to dates, times and timestamps, on bytes.
 *
 * - date `YYYY-MM-DD`, 0001-01-01 to 9999-12-31; other years, months and days are rule `range`
 * - time `HH:MM[:SS[.fraction]]`
 * - timestamp: a date, or date, `T` or blank, and time. `timestamp(…,utc)` takes `Z` or an offset `±HH[:MM]`, which is
 *   normalised away; without one the text is taken as UTC. A naive timestamp refuses an offset (rule `type`).
 *
 * More digits of a second than the unit holds must be zeros (rule `precision`). Leap seconds and 24:00 are refused.
 */
import type { BigIntBuilder } from "../build/bigint-builder.ts";
import type { IntBuilder } from "../build/number-builders.ts";
import { DAYS_MAX, DAYS_MIN, daysInMonth, daysOfCivil } from "../civil-date.ts";
import type { LogicalType, TimeUnit } from "../logical-type.ts";
import type { Refusal, TextParser } from "./cast-kernel.ts";

const DATE_RANGE: Refusal = { rule: "range", message: "not a date of 0001-01-01 to 9999-12-31" };
const TIMESTAMP_RANGE: Refusal = { rule: "range", message: "a time or date that does not exist here" };
const NOT_DATE: Refusal = { rule: "type", message: "not a date; write it as YYYY-MM-DD" };
const NOT_TIME: Refusal = { rule: "type", message: "not a time; write it as HH:MM:SS" };
const TIME_RANGE: Refusal = { rule: "range", message: "not a time of 00:00:00 to 23:59:59" };
const NOT_TIMESTAMP: Refusal = { rule: "type", message: "not a timestamp; write it as YYYY-MM-DDTHH:MM:SS" };
const OFFSET_REFUSED: Refusal = {
  rule: "type",
  message: "has a UTC offset, but the column is a naive timestamp; declare it as timestamp(utc)",
};
const NS_RANGE: Refusal = {
  rule: "range",
  message: "outside 1677-09-21 to 2262-04-11, all a timestamp(ns) holds",
};
const LOST_DIGITS: Readonly<Record<TimeUnit, Refusal>> = {
  ms: { rule: "precision", message: "has more digits of a second than milliseconds hold" },
  us: { rule: "precision", message: "has more digits of a second than microseconds hold" },
  ns: { rule: "precision", message: "has more digits of a second than nanoseconds hold" },
};
const FRACTION: Readonly<Record<TimeUnit, number>> = { ms: 3, us: 6, ns: 9 };
const INT64_MAX = (1n << 63n) - 1n;

export function dateParser(builder: IntBuilder): TextParser {
  const scanner = new TemporalScanner("us");
  return (bytes, start, end) => {
    const refusal = scanner.scanDate(bytes, start, end);
    if (refusal !== null) return refusal;
    if (scanner.at !== end) return NOT_DATE;
    builder.appendInt(scanner.days);
    return null;
  };
}

export function timeParser(unit: TimeUnit, builder: BigIntBuilder): TextParser {
  const scanner = new TemporalScanner(unit);
  const perSecond = 10 ** FRACTION[unit];
  return (bytes, start, end) => {
    const refusal = scanner.scanTime(bytes, start, end);
    if (refusal !== null) return refusal;
    if (scanner.at !== end) return NOT_TIME;
    builder.appendInt(scanner.seconds * perSecond + scanner.fraction);
    return null;
  };
}

export function timestampParser(
  type: Extract<LogicalType, { kind: "timestamp" }>,
  builder: BigIntBuilder,
): TextParser {
  const scanner = new TemporalScanner(type.unit);
  return (bytes, start, end) => {
    const refusal = scanner.scanTimestamp(bytes, start, end);
    if (refusal !== null) return refusal;
    if (scanner.hasOffset && !type.utc) return OFFSET_REFUSED;
    const seconds = scanner.days * 86_400 + scanner.seconds - scanner.offsetSeconds;
    if (seconds < DAYS_MIN * 86_400 || seconds >= (DAYS_MAX + 1) * 86_400) return DATE_RANGE;
    return appendInstant(builder, type.unit, seconds, scanner.fraction);
  };
}

/** Appends `seconds` and a fraction in `unit`s since 1970; exact. */
function appendInstant(
  builder: BigIntBuilder,
  unit: TimeUnit,
  seconds: number,
  fraction: number,
): Refusal | null {
  const perSecond = 10 ** FRACTION[unit];
  const value = seconds * perSecond + fraction;
  if (value < 9e15 && value > -9e15) {
    builder.appendInt(value);
    return null;
  }
  const exact = BigInt(seconds) * BigInt(perSecond) + BigInt(fraction);
  if (exact > INT64_MAX || exact < -INT64_MAX - 1n) return NS_RANGE;
  builder.appendBigInt(exact);
  return null;
}

/** Fields hold what the last scan found; `at` is where it stopped. */
class TemporalScanner {
  at = 0;
  days = 0;
  seconds = 0;
  /** of a second, in the unit */
  fraction = 0;
  hasOffset = false;
  offsetSeconds = 0;
  readonly #unit: TimeUnit;

  constructor(unit: TimeUnit) {
    this.#unit = unit;
  }

  scanDate(bytes: Uint8Array, start: number, end: number): Refusal | null {
    let at = start;
    const signed = bytes[at] === 0x2d || bytes[at] === 0x2b;
    if (signed) at += 1;
    const yearStart = at;
    let year = 0;
    for (; at < end && isDigit(bytes[at]) && at - yearStart < 9; at += 1)
      year = year * 10 + (bytes[at] ?? 0) - 0x30;
    const month = pair(bytes, at + 1, end);
    const day = pair(bytes, at + 4, end);
    if (at - yearStart < 4 || bytes[at] !== 0x2d || bytes[at + 3] !== 0x2d || month < 0 || day < 0)
      return NOT_DATE;
    this.at = at + 6;
    if (signed || at - yearStart > 4 || year < 1) return DATE_RANGE;
    if (day < 1 || day > daysInMonth(year, month)) return DATE_RANGE;
    this.days = daysOfCivil(year, month, day);
    return null;
  }

  scanTime(bytes: Uint8Array, start: number, end: number): Refusal | null {
    const hour = pair(bytes, start, end);
    const minute = pair(bytes, start + 3, end);
    if (hour < 0 || minute < 0 || bytes[start + 2] !== 0x3a) return NOT_TIME;
    let second = 0;
    this.at = start + 5;
    this.fraction = 0;
    if (this.at < end && bytes[this.at] === 0x3a) {
      second = pair(bytes, this.at + 1, end);
      if (second < 0) return NOT_TIME;
      this.at += 3;
      if (this.at < end && bytes[this.at] === 0x2e) {
        const refusal = this.#scanFraction(bytes, this.at + 1, end);
        if (refusal !== null) return refusal;
      }
    }
    if (hour > 23 || minute > 59 || second > 59) return TIME_RANGE;
    this.seconds = hour * 3600 + minute * 60 + second;
    return null;
  }

  scanTimestamp(bytes: Uint8Array, start: number, end: number): Refusal | null {
    this.seconds = 0;
    this.fraction = 0;
    this.hasOffset = false;
    this.offsetSeconds = 0;
    const dateRefusal = this.scanDate(bytes, start, end);
    if (dateRefusal !== null) return dateRefusal === NOT_DATE ? NOT_TIMESTAMP : dateRefusal;
    if (this.at === end) return null;
    const separator = bytes[this.at];
    if (separator !== 0x54 && separator !== 0x74 && separator !== 0x20) return NOT_TIMESTAMP;
    const timeRefusal = this.scanTime(bytes, this.at + 1, end);
    if (timeRefusal !== null) return timeRefusal === NOT_TIME ? NOT_TIMESTAMP : timeRefusal;
    return this.at === end ? null : this.#scanOffset(bytes, end);
  }

  #scanFraction(bytes: Uint8Array, start: number, end: number): Refusal | null {
    const digitsMax = FRACTION[this.#unit];
    let at = start;
    let value = 0;
    let lost = false;
    for (; at < end && isDigit(bytes[at]); at += 1) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (at - start < digitsMax) value = value * 10 + digit;
      else if (digit !== 0) lost = true;
    }
    if (at === start) return NOT_TIME;
    this.at = at;
    this.fraction = value * 10 ** Math.max(0, digitsMax - (at - start));
    return lost ? LOST_DIGITS[this.#unit] : null;
  }

  #scanOffset(bytes: Uint8Array, end: number): Refusal | null {
    this.hasOffset = true;
    const sign = bytes[this.at];
    if (sign === 0x5a || sign === 0x7a) return this.at + 1 === end ? null : NOT_TIMESTAMP;
    if (sign !== 0x2b && sign !== 0x2d) return NOT_TIMESTAMP;
    const hours = pair(bytes, this.at + 1, end);
    let at = this.at + 3;
    if (at < end && bytes[at] === 0x3a) at += 1;
    const minutes = at < end ? pair(bytes, at, end) : 0;
    if (hours < 0 || minutes < 0 || (at < end && at + 2 !== end) || bytes[end - 1] === 0x3a)
      return NOT_TIMESTAMP;
    if (hours > 15 || minutes > 59) return TIMESTAMP_RANGE;
    const size = hours * 3600 + minutes * 60;
    this.offsetSeconds = sign === 0x2d ? -size : size;
    return null;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Two digits at `at`, or -1. */
function pair(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 > end) return -1;
  const high = (bytes[at] ?? 0) - 0x30;
  const low = (bytes[at + 1] ?? 0) - 0x30;
  return high < 0 || high > 9 || low < 0 || low > 9 ? -1 : high * 10 + low;
}
