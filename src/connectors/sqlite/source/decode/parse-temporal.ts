/**
 * Dates and times of day in the text forms of SQLite (https://www.sqlite.org/lang_datefunc.html), from character codes.
 *
 * - date `YYYY-MM-DD`, years 0001 to 9999
 * - time `HH:MM`, `HH:MM:SS` or `HH:MM:SS.f…`; fraction digits beyond the unit must be zeros
 * - timestamp: date, then nothing (midnight), or a space or `T` and a time; a zone `Z`, `±HH:MM` or none, as the type allows
 */
import { daysOfCivil } from "../../../../columns/civil-date.ts";

/** What is wrong with a text: not the form, a part that does not exist, digits below the unit, a zone where none may be. */
export type TemporalFault = "syntax" | "range" | "precision" | "zone";

const HYPHEN = 45;
const COLON = 58;
const POINT = 46;
const PLUS = 43;

/** Days since 1970-01-01 of the first ten characters, or a fault. */
export function parseDays(text: string): number | TemporalFault {
  const y1 = text.charCodeAt(0) - 48;
  const y2 = text.charCodeAt(1) - 48;
  const y3 = text.charCodeAt(2) - 48;
  const y4 = text.charCodeAt(3) - 48;
  const m1 = text.charCodeAt(5) - 48;
  const m2 = text.charCodeAt(6) - 48;
  const d1 = text.charCodeAt(8) - 48;
  const d2 = text.charCodeAt(9) - 48;
  // A digit is 0 to 9: with 6 added it still fits four bits, anything else does not.
  const first = (y1 + 6) | (y2 + 6) | (y3 + 6) | (y4 + 6);
  const second = (m1 + 6) | (m2 + 6) | (d1 + 6) | (d2 + 6);
  const isForm = text.charCodeAt(4) === HYPHEN && text.charCodeAt(7) === HYPHEN && text.length >= 10;
  if (((first | second) & ~15) !== 0 || !isForm)
    return /^[+-]?\d{4,}-\d\d-\d\d/.test(text) ? "range" : "syntax";
  const month = m1 * 10 + m2;
  const day = d1 * 10 + d2;
  if (month === 0 || month > 12 || day === 0) return "range";
  const place = (((y1 * 10 + y2) * 10 + y3) * 10 + y4) * 12 + month - 1;
  const start = MONTH_STARTS[place] ?? 0;
  return place < 12 || start + day > (MONTH_STARTS[place + 1] ?? 0) ? "range" : start + day - 1;
}

/** Days of the first of every month from 0000-01 to 10000-01: a look-up costs a third of the calendar's arithmetic. */
const MONTH_STARTS: Int32Array = Int32Array.from({ length: 120_001 }, (_, place) =>
  daysOfCivil(Math.floor(place / 12), (place % 12) + 1, 1),
);

/** A time of day in seconds and in fraction units; `end` is the place behind it. */
export interface ParsedTime {
  seconds: number;
  fraction: number;
  end: number;
}

/** Parses from `start`; fills `into` and returns undefined, or returns what is wrong. */
export function parseTime(
  text: string,
  start: number,
  fractionDigits: number,
  into: ParsedTime,
): TemporalFault | undefined {
  const hours = twoDigits(text, start);
  const minutes = twoDigits(text, start + 3);
  if (hours < 0 || minutes < 0 || text.charCodeAt(start + 2) !== COLON) return "syntax";
  let seconds = 0;
  let end = start + 5;
  into.fraction = 0;
  if (text.charCodeAt(end) === COLON) {
    seconds = twoDigits(text, end + 1);
    if (seconds < 0) return "syntax";
    end += 3;
    if (text.charCodeAt(end) === POINT) {
      const stop = digitsEnd(text, end + 1);
      if (stop === end + 1) return "syntax";
      const fraction = fractionOf(text, { from: end + 1, stop }, fractionDigits);
      if (fraction < 0) return "precision";
      into.fraction = fraction;
      end = stop;
    }
  }
  if (hours > 23 || minutes > 59 || seconds > 59) return "range";
  into.seconds = hours * 3600 + minutes * 60 + seconds;
  into.end = end;
  return undefined;
}

/** Offset from UTC in seconds at `start`, null when the text ends there, or a fault. */
export function parseZone(text: string, start: number): number | null | TemporalFault {
  if (start === text.length) return null;
  const code = text.charCodeAt(start);
  if ((code | 32) === 122 && start + 1 === text.length) return 0;
  if (code !== PLUS && code !== HYPHEN) return "syntax";
  const hours = twoDigits(text, start + 1);
  const minutes = twoDigits(text, start + 4);
  if (hours < 0 || minutes < 0 || text.charCodeAt(start + 3) !== COLON || text.length !== start + 6)
    return "syntax";
  if (hours > 14 || minutes > 59) return "range";
  return (code === PLUS ? 1 : -1) * (hours * 3600 + minutes * 60);
}

/** -1 when a digit other than zero stands below the unit. */
function fractionOf(
  text: string,
  { from, stop }: { readonly from: number; readonly stop: number },
  digits: number,
): number {
  let fraction = 0;
  for (let place = 0; place < digits; place += 1) {
    fraction = fraction * 10 + (from + place < stop ? digitAt(text, from + place) : 0);
  }
  for (let at = from + digits; at < stop; at += 1) if (digitAt(text, at) !== 0) return -1;
  return fraction;
}

function digitsEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && digitAt(text, at) >= 0) at += 1;
  return at;
}

/** -1 when they are not two digits. */
function twoDigits(text: string, at: number): number {
  const high = digitAt(text, at);
  const low = digitAt(text, at + 1);
  return high < 0 || low < 0 ? -1 : high * 10 + low;
}

function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 ? digit : -1;
}
