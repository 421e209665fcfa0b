/**
 * Casts between numbers: exact, or the row is refused. Integers and decimals go through their unscaled integer; narrow
 * integer casts have their own loop without BigInt. To a float only what it holds exactly (for decimals: what it gives
 * back unchanged); from a float only whole numbers to integers, and its shortest decimal text to decimals.
 */
import { Buffer } from "node:buffer";
import type { BigIntBuilder } from "../build/bigint-builder.ts";
import type { ColumnBuilder } from "../build/column-builder.ts";
import type { FloatBuilder, IntBuilder } from "../build/number-builders.ts";
import type { Column, FixedColumn } from "../column-batch.ts";
import { formatLogicalType } from "../logical-type.ts";
import { renderDecimal, renderFloat, unscaledOf } from "../render-value.ts";
import type { Refusal, RowCast } from "./cast-kernel.ts";
import { NumberText } from "./number-text.ts";
import { type DecimalType, decimalAppender, decimalParser, decimalRefusals } from "./text-to-decimal.ts";
import { type IntType, rangeOf } from "./text-to-int.ts";

type ExactType = IntType | DecimalType;

/** Integer or decimal to integer. */
export function exactToInt(from: ExactType, to: IntType, builder: IntBuilder | BigIntBuilder): RowCast {
  const refusals = intRefusals(to);
  const range = rangeOf(to);
  if (from.kind === "int" && from.bits === 64 && from.signed && to.bits < 64)
    return narrowInt64(to, builder, refusals.outOfRange);
  const divisor = from.kind === "decimal" ? 10n ** BigInt(from.scale) : 1n;
  return onFixed((column, row) => {
    const unscaled = unscaledOf(column, row);
    if (divisor !== 1n && unscaled % divisor !== 0n) return refusals.notWhole;
    const value = unscaled / divisor;
    if (value < range.min || value > range.max) return refusals.outOfRange;
    if (builder.kind === "int") builder.appendInt(Number(value));
    else builder.appendBigInt(value);
    return null;
  });
}

function narrowInt64(to: IntType, builder: IntBuilder | BigIntBuilder, outOfRange: Refusal): RowCast {
  const min = Number(rangeOf(to).min);
  const max = Number(rangeOf(to).max);
  let seen: ArrayBufferLike | null = null;
  let seenAt = 0;
  let halves: Int32Array = new Int32Array(0);
  return onFixed((column, row) => {
    const { values } = column;
    if (values.buffer !== seen || values.byteOffset !== seenAt) {
      seen = values.buffer;
      seenAt = values.byteOffset;
      halves = new Int32Array(values.buffer, values.byteOffset);
    }
    const value = (halves[row * 2 + 1] ?? 0) * 4_294_967_296 + ((halves[row * 2] ?? 0) >>> 0);
    if (value < min || value > max) return outOfRange;
    builder.appendInt(value);
    return null;
  });
}

/** Integer or decimal to decimal. */
export function exactToDecimal(from: ExactType, to: DecimalType, builder: ColumnBuilder): RowCast {
  const refusals = decimalRefusals(to);
  const append = decimalAppender(builder);
  const shift = to.scale - (from.kind === "decimal" ? from.scale : 0);
  const factor = 10n ** BigInt(Math.abs(shift));
  const limit = 10n ** BigInt(to.precision);
  return onFixed((column, row) => {
    const unscaled = unscaledOf(column, row);
    if (shift < 0 && unscaled % factor !== 0n) return refusals.lostDigits;
    const value = shift < 0 ? unscaled / factor : unscaled * factor;
    if (value >= limit || value <= -limit) return refusals.outOfRange;
    append.big(value);
    return null;
  });
}

export function intToFloat(bits: 32 | 64, builder: FloatBuilder): RowCast {
  const inexact: Refusal = { rule: "precision", message: `float${bits} does not hold this integer exactly` };
  return onFixed((column, row) => {
    const value = unscaledOf(column, row);
    const float = bits === 32 ? Math.fround(Number(value)) : Number(value);
    if (BigInt(float) !== value) return inexact;
    builder.appendFloat(float);
    return null;
  });
}

export function decimalToFloat(from: DecimalType, bits: 32 | 64, builder: FloatBuilder): RowCast {
  const inexact: Refusal = { rule: "precision", message: `float${bits} does not give this decimal back` };
  const back = new NumberText();
  return onFixed((column, row) => {
    const unscaled = unscaledOf(column, row);
    const double = Number(renderDecimal(unscaled, from.scale));
    const float = bits === 32 ? Math.fround(double) : double;
    const text = Buffer.from(renderFloat(float, bits), "latin1");
    back.scan(text, 0, text.length);
    const shift = back.exponent + from.scale;
    const digits = back.digits(text) * 10n ** BigInt(Math.max(0, shift));
    const wanted = (unscaled < 0n ? -unscaled : unscaled) * 10n ** BigInt(Math.max(0, -shift));
    if (digits !== wanted) return inexact;
    builder.appendFloat(float);
    return null;
  });
}

export function floatToInt(to: IntType, builder: IntBuilder | BigIntBuilder): RowCast {
  const refusals = intRefusals(to);
  const range = rangeOf(to);
  return onFixed((column, row) => {
    const value = Number(column.values[row]);
    if (!Number.isFinite(value)) return refusals.outOfRange;
    if (!Number.isInteger(value)) return refusals.notWhole;
    const whole = BigInt(value);
    if (whole < range.min || whole > range.max) return refusals.outOfRange;
    if (builder.kind === "int") builder.appendInt(value);
    else builder.appendBigInt(whole);
    return null;
  });
}

export function floatToDecimal(fromBits: 32 | 64, to: DecimalType, builder: ColumnBuilder): RowCast {
  const parse = decimalParser(to, builder);
  const { outOfRange } = decimalRefusals(to);
  return onFixed((column, row) => {
    const value = Number(column.values[row]);
    if (!Number.isFinite(value)) return outOfRange;
    const text = Buffer.from(renderFloat(value, fromBits), "latin1");
    return parse(text, 0, text.length);
  });
}

export function floatToFloat(bits: 32 | 64, builder: FloatBuilder): RowCast {
  const inexact: Refusal = { rule: "precision", message: "float32 does not hold this float64 exactly" };
  return onFixed((column, row) => {
    const value = Number(column.values[row]);
    if (bits === 32 && !Number.isNaN(value) && Math.fround(value) !== value) return inexact;
    builder.appendFloat(value);
    return null;
  });
}

function intRefusals(to: IntType): { outOfRange: Refusal; notWhole: Refusal } {
  const name = formatLogicalType(to);
  return {
    outOfRange: { rule: "range", message: `outside the range of ${name}` },
    notWhole: { rule: "precision", message: `not a whole number, as ${name} needs` },
  };
}

/** Number casts are compiled for columns of fixed width; another layout is never given. */
export function onFixed(cast: (column: FixedColumn, row: number) => Refusal | null): RowCast {
  return (column: Column, row: number) => (column.layout === "fixed" ? cast(column, row) : null);
}
