/**
 * Numbers, dates and times as text, exact, for the CSV and NDJSON encoders: the same text as `columns/render-value.ts`
 * gives, without strings or BigInt arithmetic for the values that fit a double's 53 bits, which are nearly all.
 */
import type { Column } from "../columns/column-batch.ts";
import type { TimeUnit } from "../columns/logical-type.ts";
import { renderDays, renderValue } from "../columns/render-value.ts";
import type { TextBuffer } from "./text-buffer.ts";

const SAFE_MAX = Number.MAX_SAFE_INTEGER;

/** Writes the integer at `row` of an int column, which is not null. */
export function writeInt(buffer: TextBuffer, column: Column, row: number): void {
  if (column.layout !== "fixed") return;
  const value = column.values[row] ?? 0;
  const number = Number(value);
  if (number >= -SAFE_MAX && number <= SAFE_MAX) buffer.int(number);
  else buffer.ascii(value.toString());
}

/** Writes the canonical text of a value that has only ASCII characters. */
export function writeRendered(buffer: TextBuffer, column: Column, row: number): void {
  buffer.ascii(renderValue(column, row) ?? "");
}

/** Writes dates, times and timestamps; keeps the last day's text, as rows near each other are often of one day. */
export class TemporalText {
  readonly #buffer: TextBuffer;
  #days = Number.NaN;
  #dayText = "";

  constructor(buffer: TextBuffer) {
    this.#buffer = buffer;
  }

  write(column: Column, row: number): void {
    const { type } = column;
    const value = column.layout === "fixed" ? Number(column.values[row]) : 0;
    const isSafe = value >= -SAFE_MAX && value <= SAFE_MAX;
    if (type.kind === "date") this.#day(value);
    else if (type.kind === "time" && isSafe) this.#timeOfDay(value, type.unit);
    else if (type.kind === "timestamp" && isSafe) this.#timestamp(value, type.unit, type.utc);
    else writeRendered(this.#buffer, column, row);
  }

  #timestamp(value: number, unit: TimeUnit, utc: boolean): void {
    const days = Math.floor(value / (86_400 * PER_SECOND[unit]));
    this.#day(days);
    this.#buffer.byte(0x54);
    this.#timeOfDay(value - days * 86_400 * PER_SECOND[unit], unit);
    if (utc) this.#buffer.byte(0x5a);
  }

  #timeOfDay(value: number, unit: TimeUnit): void {
    const seconds = Math.floor(value / PER_SECOND[unit]);
    const buffer = this.#buffer;
    const hours = Math.floor(seconds / 3600);
    buffer.digits(hours, 2);
    buffer.byte(0x3a);
    buffer.digits(Math.floor((seconds - hours * 3600) / 60), 2);
    buffer.byte(0x3a);
    buffer.digits(seconds % 60, 2);
    buffer.byte(0x2e);
    buffer.digits(value - seconds * PER_SECOND[unit], FRACTION[unit]);
  }

  #day(days: number): void {
    if (days !== this.#days) {
      this.#days = days;
      this.#dayText = renderDays(days);
    }
    this.#buffer.ascii(this.#dayText);
  }
}

const PER_SECOND: Readonly<Record<TimeUnit, number>> = { ms: 1000, us: 1_000_000, ns: 1_000_000_000 };
const FRACTION: Readonly<Record<TimeUnit, number>> = { ms: 3, us: 6, ns: 9 };
