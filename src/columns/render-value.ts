/**
 * The canonical text of a value, exact: `parse(render(value))` by the text casts gives the value back.
 *
 * - bool `true`/`false`; integers in full; decimals with all digits of their scale
 * - floats: shortest text that reads back to the same bits (float32 in its own precision), `NaN`, `Infinity`, `-Infinity`
 * - dates `YYYY-MM-DD`; times `HH:MM:SS.fff`; timestamps `YYYY-MM-DDTHH:MM:SS.fff`, with all digits of the unit and `Z` when utc;
 *   years outside 0000..9999 take a sign and six digits
 * - bytes `\x` and lower-case hex; uuids lower-case with hyphens; text and json as they are
 */
import { Buffer } from "node:buffer";
import { assert } from "../core/errors.ts";
import { readInt128 } from "./build/int128.ts";
import { civilOfDays } from "./civil-date.ts";
import { type Column, type FixedColumn, isValid } from "./column-batch.ts";
import type { TimeUnit } from "./logical-type.ts";

/** null for NULL. */
export function renderValue(column: Column, row: number): string | null {
  if (!isValid(column, row)) return null;
  switch (column.layout) {
    case "bits":
      return ((column.values[row >> 3] ?? 0) & (1 << (row & 7))) !== 0 ? "true" : "false";
    case "varlen": {
      const bytes = column.bytes.subarray(column.offsets[row], column.offsets[row + 1]);
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return column.type.kind === "bytes" ? `\\x${text.toString("hex")}` : text.toString("utf8");
    }
    case "fixed":
      return renderFixed(column, row);
  }
}

function renderFixed(column: FixedColumn, row: number): string {
  const { type, values } = column;
  switch (type.kind) {
    case "int":
      return String(values[row]);
    case "float":
      return renderFloat(Number(values[row]), type.bits);
    case "decimal":
      return renderDecimal(unscaledOf(column, row), type.scale);
    case "uuid":
      return renderUuid(values as Uint8Array, row * 16);
    case "date":
      return renderDays(Number(values[row]));
    case "time":
      return renderTimeOfDay(BigInt(values[row] ?? 0), type.unit);
    case "timestamp":
      return renderTimestamp(BigInt(values[row] ?? 0), type.unit, type.utc);
    case "bool":
    case "text":
    case "json":
    case "bytes":
      assert(false, `${type.kind} is not of fixed width`);
  }
}

/** The integer behind a decimal, whatever width holds it. */
export function unscaledOf(column: FixedColumn, row: number): bigint {
  const { values } = column;
  return values instanceof Uint8Array ? readInt128(values, row * 16) : BigInt(values[row] ?? 0);
}

export function renderFloat(value: number, bits: 32 | 64): string {
  if (Object.is(value, -0)) return "-0";
  if (bits === 64 || !Number.isFinite(value)) return String(value);
  for (let digits = 6; digits < 9; digits += 1) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}

export function renderDecimal(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString();
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const point = digits.length - scale;
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, point)}.${digits.slice(point)}`;
}

export function renderUuid(bytes: Uint8Array, at: number): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset + at, 16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function renderDays(days: number): string {
  const { year, month, day } = civilOfDays(days);
  const plain = year >= 0 && year <= 9999;
  const yearText = plain ? pad(year, 4) : `${year < 0 ? "-" : "+"}${pad(Math.abs(year), 6)}`;
  return `${yearText}-${pad(month, 2)}-${pad(day, 2)}`;
}

function renderTimestamp(value: bigint, unit: TimeUnit, utc: boolean): string {
  const dayUnits = UNITS_PER_DAY[unit];
  let days = value / dayUnits;
  let rest = value % dayUnits;
  if (rest < 0n) {
    days -= 1n;
    rest += dayUnits;
  }
  return `${renderDays(Number(days))}T${renderTimeOfDay(rest, unit)}${utc ? "Z" : ""}`;
}

function renderTimeOfDay(value: bigint, unit: TimeUnit): string {
  const secondUnits = UNITS_PER_SECOND[unit];
  const seconds = Number(value / secondUnits);
  const fraction = (value % secondUnits).toString().padStart(FRACTION_DIGITS[unit], "0");
  const hours = Math.floor(seconds / 3600);
  return `${pad(hours, 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}.${fraction}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

export const UNITS_PER_SECOND: Readonly<Record<TimeUnit, bigint>> = {
  ms: 1000n,
  us: 1_000_000n,
  ns: 1_000_000_000n,
};
export const UNITS_PER_DAY: Readonly<Record<TimeUnit, bigint>> = {
  ms: 86_400_000n,
  us: 86_400_000_000n,
  ns: 86_400_000_000_000n,
};
const FRACTION_DIGITS: Readonly<Record<TimeUnit, number>> = { ms: 3, us: 6, ns: 9 };
