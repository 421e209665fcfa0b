/**
 * date, time and timestamp from ISO text. An INTEGER or REAL in such a column (epoch seconds, Julian days) is not guessed
 * at: rule `storage_class`. UTC timestamps take text without a zone as UTC, which is SQLite's own convention; naive ones
 * refuse a zone, as dropping it would move the instant.
 */
import type { Column, FixedValues } from "../../../../columns/column-batch.ts";
import type { TimeUnit } from "../../../../columns/logical-type.ts";
import { assert } from "../../../../core/errors.ts";
import type { SqlValue } from "../../sql-value.ts";
import type { CellContext, ColumnDecoder, DecodeRequest } from "./cell-context.ts";
import { parseDays, type ParsedTime, parseTime, parseZone, type TemporalFault } from "./parse-temporal.ts";

const FAULTS: Readonly<Record<TemporalFault, { readonly rule: string; readonly message: string }>> = {
  syntax: { rule: "type", message: "text that is not of the ISO form" },
  range: { rule: "range", message: "a date or time that does not exist, or a year beyond 0001 to 9999" },
  precision: { rule: "precision", message: "more digits of a second than the type holds" },
  zone: {
    rule: "type",
    message: "a zone where the type has none; declare the column as timestamp(utc) to keep the instant",
  },
};

function refuse(
  cells: CellContext,
  { row, value }: { readonly row: number; readonly value: SqlValue },
  fault: TemporalFault | undefined,
  request: DecodeRequest,
): void {
  if (value === null) cells.null(row, request);
  else if (fault === undefined) cells.wrongClass(row, request, value);
  else cells.fault(row, request, FAULTS[fault].rule, FAULTS[fault].message);
}

export class DateDecoder implements ColumnDecoder {
  readonly #cells: CellContext;
  #values = new Int32Array(0);

  constructor(cells: CellContext) {
    this.#cells = cells;
  }

  decode(request: DecodeRequest): Column {
    const { rows } = request;
    const { index, nulls, field } = this.#cells;
    const rowCount = rows.length;
    if (rowCount > this.#values.length) this.#values = new Int32Array(rowCount);
    const values = this.#values;
    nulls.reset();
    for (let row = 0; row < rowCount; row += 1) {
      const value = rows[row]?.[index] ?? null;
      const days = typeof value !== "string" ? undefined : parseDays(value);
      if (typeof days === "number" && (value as string).length === 10) values[row] = days;
      else {
        values[row] = 0;
        refuse(this.#cells, { row, value }, typeof days === "number" ? "syntax" : days, request);
      }
    }
    return {
      type: field.type,
      layout: "fixed",
      rowCount,
      values: values.subarray(0, rowCount),
      validity: nulls.build(rowCount),
      nullCount: nulls.nullCount,
    };
  }
}

const FRACTION_DIGITS: Readonly<Record<TimeUnit, number>> = { ms: 3, us: 6, ns: 9 };
const TWO_32 = 4294967296;

/** time and timestamp: 64-bit counts of their unit. */
export class TimeDecoder implements ColumnDecoder {
  readonly #cells: CellContext;
  readonly #isTimestamp: boolean;
  readonly #utc: boolean;
  readonly #digits: number;
  readonly #perSecond: number;
  readonly #time: ParsedTime = { seconds: 0, fraction: 0, end: 0 };
  #values = new BigInt64Array(0);
  #halves = new Int32Array(0);

  constructor(cells: CellContext) {
    const { type } = cells.field;
    assert(type.kind === "time" || type.kind === "timestamp", "a time decoder decodes times and timestamps");
    this.#cells = cells;
    this.#isTimestamp = type.kind === "timestamp";
    this.#utc = type.kind === "timestamp" && type.utc;
    this.#digits = FRACTION_DIGITS[type.unit];
    this.#perSecond = 10 ** this.#digits;
  }

  decode(request: DecodeRequest): Column {
    const { rows } = request;
    const { index, nulls, field } = this.#cells;
    const rowCount = rows.length;
    if (rowCount > this.#values.length) {
      this.#values = new BigInt64Array(rowCount);
      this.#halves = new Int32Array(this.#values.buffer);
    }
    nulls.reset();
    for (let row = 0; row < rowCount; row += 1) {
      const value = rows[row]?.[index] ?? null;
      const fault = typeof value !== "string" ? undefined : this.#parse(value);
      if (typeof value === "string" && fault === undefined && this.#store(row)) continue;
      this.#values[row] = 0n;
      refuse(
        this.#cells,
        { row, value },
        typeof value === "string" ? (fault ?? "range") : undefined,
        request,
      );
    }
    return {
      type: field.type,
      layout: "fixed",
      rowCount,
      values: this.#values.subarray(0, rowCount) as FixedValues,
      validity: nulls.build(rowCount),
      nullCount: nulls.nullCount,
    };
  }

  /** Leaves seconds since the epoch (or midnight) and the fraction in `#time`. */
  #parse(text: string): TemporalFault | undefined {
    const time = this.#time;
    if (!this.#isTimestamp) {
      const fault = parseTime(text, 0, this.#digits, time);
      return fault ?? (time.end === text.length ? undefined : "syntax");
    }
    const days = parseDays(text);
    if (typeof days !== "number") return days;
    if (text.length === 10) {
      time.seconds = days * 86_400;
      time.fraction = 0;
      return undefined;
    }
    const separator = text.charCodeAt(10);
    if (separator !== 32 && (separator | 32) !== 116) return "syntax";
    const fault = parseTime(text, 11, this.#digits, time);
    if (fault !== undefined) return fault;
    time.seconds += days * 86_400;
    const zone = parseZone(text, time.end);
    if (zone === null) return undefined;
    if (typeof zone !== "number") return zone;
    if (!this.#utc) return "zone";
    time.seconds -= zone;
    return undefined;
  }

  /** False when the count does not fit 64 bits (ns beyond the year 2262). */
  #store(row: number): boolean {
    const { seconds, fraction } = this.#time;
    const count = seconds * this.#perSecond + fraction;
    if (Number.isSafeInteger(count)) {
      this.#halves[row * 2] = count;
      this.#halves[row * 2 + 1] = Math.floor(count / TWO_32);
      return true;
    }
    const exact = BigInt(seconds) * BigInt(this.#perSecond) + BigInt(fraction);
    if (BigInt.asIntN(64, exact) !== exact) return false;
    this.#values[row] = exact;
    return true;
  }
}
