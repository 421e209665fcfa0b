/**
 * Text to decimals, exact to 38 digits. An exponent is understood. Digits beyond the declared scale must be zeros
 * (`1.50` fits a scale of 1, `1.25` does not: rule `precision`); a value of too many digits is rule `range`.
 */
import type { ColumnBuilder } from "../build/column-builder.ts";
import type { LogicalType } from "../logical-type.ts";
import { formatLogicalType } from "../logical-type.ts";
import type { Refusal, TextParser } from "./cast-kernel.ts";
import { NumberText } from "./number-text.ts";

export type DecimalType = Extract<LogicalType, { kind: "decimal" }>;

export interface DecimalRefusals {
  readonly notDecimal: Refusal;
  readonly outOfRange: Refusal;
  readonly lostDigits: Refusal;
}

export function decimalRefusals(type: DecimalType): DecimalRefusals {
  const name = formatLogicalType(type);
  return {
    notDecimal: { rule: "type", message: `not a ${name}` },
    outOfRange: { rule: "range", message: `has more digits before the point than ${name} holds` },
    lostDigits: { rule: "precision", message: `has more digits after the point than ${name} holds` },
  };
}

export function decimalParser(type: DecimalType, builder: ColumnBuilder): TextParser {
  const refusals = decimalRefusals(type);
  const number = new NumberText();
  const digitsMax = type.precision;
  const append = decimalAppender(builder);
  return (bytes, start, end) => {
    if (!number.scan(bytes, start, end)) return refusals.notDecimal;
    if (number.digitCount === 0) {
      append.small(0);
      return null;
    }
    const shift = number.exponent + type.scale;
    if (shift >= 0 && number.digitCount + shift <= 15 && number.digitCount + shift <= digitsMax) {
      const value = number.mantissa * 10 ** shift;
      append.small(number.negative ? -value : value);
      return null;
    }
    const unscaled = rescale(number, bytes, shift);
    if (unscaled === "range") return refusals.outOfRange;
    if (unscaled === "precision") return refusals.lostDigits;
    if (unscaled >= 10n ** BigInt(digitsMax)) return refusals.outOfRange;
    append.big(number.negative ? -unscaled : unscaled);
    return null;
  };
}

/** A cast text is at most some megabytes; its digits are only summed when they can matter. */
function rescale(number: NumberText, bytes: Uint8Array, shift: number): bigint | "range" | "precision" {
  if (number.digitCount + shift > 38) return "range";
  if (number.digitCount + shift <= 0) return "precision";
  if (number.digitCount > 1000) return "precision";
  const digits = number.digits(bytes);
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return digits % divisor === 0n ? digits / divisor : "precision";
}

export interface DecimalAppender {
  small(value: number): void;
  big(value: bigint): void;
}

/** Appends an unscaled value at whatever width the builder has. */
export function decimalAppender(builder: ColumnBuilder): DecimalAppender {
  switch (builder.kind) {
    case "int":
      return {
        small: (value) => builder.appendInt(value),
        big: (value) => builder.appendInt(Number(value)),
      };
    case "bigint":
      return {
        small: (value) => builder.appendInt(value),
        big: (value) => builder.appendBigInt(value),
      };
    case "fixed16":
      return {
        small: (value) => builder.appendBigInt(BigInt(value)),
        big: (value) => builder.appendBigInt(value),
      };
    case "float":
    case "bits":
    case "varlen":
      return { small: () => undefined, big: () => undefined };
  }
}
