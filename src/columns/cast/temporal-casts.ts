/**
 * Casts between dates, times and timestamps: exact, or the row is refused. A timestamp becomes a date only at midnight;
 * a coarser unit takes only what it holds. Naive to utc reads the wall clock as UTC and back: the digits stay.
 */
import type { BigIntBuilder } from "../build/bigint-builder.ts";
import type { IntBuilder } from "../build/number-builders.ts";
import type { TimeUnit } from "../logical-type.ts";
import { UNITS_PER_DAY, UNITS_PER_SECOND } from "../render-value.ts";
import type { Refusal, RowCast } from "./cast-kernel.ts";
import { onFixed } from "./exact-number-casts.ts";

const INT64_MAX = (1n << 63n) - 1n;
const NOT_MIDNIGHT: Refusal = { rule: "precision", message: "has a time of day, which a date does not hold" };
const LOST_DIGITS: Refusal = {
  rule: "precision",
  message: "has more digits of a second than the unit holds",
};
const OUT_OF_RANGE: Refusal = { rule: "range", message: "outside what the unit holds in 64 bits" };

/** Times to times and timestamps to timestamps. */
export function unitCast(from: TimeUnit, to: TimeUnit, builder: BigIntBuilder): RowCast {
  const fromUnits = UNITS_PER_SECOND[from];
  const toUnits = UNITS_PER_SECOND[to];
  const divisor = fromUnits > toUnits ? fromUnits / toUnits : 1n;
  const factor = toUnits > fromUnits ? toUnits / fromUnits : 1n;
  return onFixed((column, row) => {
    const value = BigInt(column.values[row] ?? 0);
    if (value % divisor !== 0n) return LOST_DIGITS;
    const cast = (value / divisor) * factor;
    if (cast > INT64_MAX || cast < -INT64_MAX - 1n) return OUT_OF_RANGE;
    builder.appendBigInt(cast);
    return null;
  });
}

export function dateToTimestamp(unit: TimeUnit, builder: BigIntBuilder): RowCast {
  const dayUnits = UNITS_PER_DAY[unit];
  return onFixed((column, row) => {
    const value = BigInt(column.values[row] ?? 0) * dayUnits;
    if (value > INT64_MAX || value < -INT64_MAX - 1n) return OUT_OF_RANGE;
    builder.appendBigInt(value);
    return null;
  });
}

export function timestampToDate(unit: TimeUnit, builder: IntBuilder): RowCast {
  const dayUnits = UNITS_PER_DAY[unit];
  return onFixed((column, row) => {
    const value = BigInt(column.values[row] ?? 0);
    if (value % dayUnits !== 0n) return NOT_MIDNIGHT;
    builder.appendInt(Number(value / dayUnits));
    return null;
  });
}
