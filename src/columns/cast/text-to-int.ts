/**
 * Text to integers, on bytes: an optional sign and decimal digits, nothing else (no blanks, no point, no exponent).
 * Exact over the whole 64 bits: up to 15 digits as a number, longer ones through BigInt.
 */
import type { BigIntBuilder } from "../build/bigint-builder.ts";
import type { IntBuilder } from "../build/number-builders.ts";
import type { LogicalType } from "../logical-type.ts";
import { formatLogicalType } from "../logical-type.ts";
import type { Refusal, TextParser } from "./cast-kernel.ts";

export type IntType = Extract<LogicalType, { kind: "int" }>;

export interface IntRange {
  readonly min: bigint;
  readonly max: bigint;
}

export function rangeOf(type: IntType): IntRange {
  const bits = BigInt(type.bits);
  return type.signed
    ? { min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n }
    : { min: 0n, max: (1n << bits) - 1n };
}

/** Digits a double holds exactly whatever they are. */
const SAFE_DIGITS = 15;
/** 2^64 has 20 digits. */
const DIGITS_MAX = 20;

export function intParser(type: IntType, builder: IntBuilder | BigIntBuilder): TextParser {
  const name = formatLogicalType(type);
  const notInt: Refusal = { rule: "type", message: `not an ${name}` };
  const outOfRange: Refusal = { rule: "range", message: `outside the range of ${name}` };
  const range = rangeOf(type);
  const min = Number(range.min);
  const max = Number(range.max);
  return (bytes, start, end) => {
    const sign = bytes[start];
    const negative = sign === 0x2d;
    let at = negative || sign === 0x2b ? start + 1 : start;
    if (at >= end) return notInt;
    while (at < end - 1 && bytes[at] === 0x30) at += 1;
    if (end - at > SAFE_DIGITS) {
      const value = longInt(bytes, at, end);
      if (value === "notDigits") return notInt;
      const signed = value === "tooLong" ? range.max + 1n : negative ? -value : value;
      if (signed < range.min || signed > range.max || builder.kind === "int") return outOfRange;
      builder.appendBigInt(signed);
      return null;
    }
    let value = 0;
    for (; at < end; at += 1) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) return notInt;
      value = value * 10 + digit;
    }
    if (negative) value = 0 - value;
    if (value < min || value > max) return outOfRange;
    builder.appendInt(value);
    return null;
  };
}

function longInt(bytes: Uint8Array, start: number, end: number): bigint | "notDigits" | "tooLong" {
  let head = 0;
  let tail = 0;
  const tailStart = end - 9;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return "notDigits";
    if (at < tailStart) head = head * 10 + digit;
    else tail = tail * 10 + digit;
  }
  if (end - start > DIGITS_MAX) return "tooLong";
  return BigInt(head) * 1_000_000_000n + BigInt(tail);
}
