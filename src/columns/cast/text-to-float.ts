/**
 * Text to floats, correctly rounded. Up to 15 digits and a power of ten up to 10^22 are exact in one double operation
 * (Clinger, "How to read floating point numbers accurately", 1990); everything else goes through the engine's own parser.
 * A float32 is rounded once: where the double falls exactly between two float32, the text decides.
 * `NaN`, `inf` and `Infinity` are taken in any case, with a sign; a finite number beyond the type is refused.
 */
import { Buffer } from "node:buffer";
import type { FloatBuilder } from "../build/number-builders.ts";
import type { Refusal, TextParser } from "./cast-kernel.ts";
import { NumberText } from "./number-text.ts";

const POWERS: readonly number[] = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
const SPECIAL: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["+inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
  ["+infinity", Number.POSITIVE_INFINITY],
  ["-infinity", Number.NEGATIVE_INFINITY],
]);
const SPECIAL_CHARS_MAX = 9;

export function floatParser(bits: 32 | 64, builder: FloatBuilder): TextParser {
  const notFloat: Refusal = { rule: "type", message: `not a float${bits}` };
  const outOfRange: Refusal = { rule: "range", message: `outside the range of float${bits}` };
  const number = new NumberText();
  return (bytes, start, end) => {
    if (!number.scan(bytes, start, end)) {
      const special = specialFloat(bytes, start, end);
      if (special === undefined) return notFloat;
      builder.appendFloat(special);
      return null;
    }
    const double = doubleOf(number, bytes, start, end);
    const value = bits === 32 ? singleOf(double, number, bytes) : double;
    if (!Number.isFinite(value)) return outOfRange;
    builder.appendFloat(value);
    return null;
  };
}

function specialFloat(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start > SPECIAL_CHARS_MAX) return undefined;
  return SPECIAL.get(asciiText(bytes, start, end).toLowerCase());
}

function doubleOf(number: NumberText, bytes: Uint8Array, start: number, end: number): number {
  const { exponent } = number;
  if (number.digitCount <= 15 && exponent >= -22 && exponent <= 22) {
    const power = POWERS[exponent < 0 ? -exponent : exponent] ?? 1;
    const magnitude = exponent < 0 ? number.mantissa / power : number.mantissa * power;
    return number.negative ? -magnitude : magnitude;
  }
  return Number(asciiText(bytes, start, end));
}

const double64 = new Float64Array(1);
const doubleWords = new Uint32Array(double64.buffer);
const single32 = new Float32Array(1);
const singleWord = new Int32Array(single32.buffer);
/** More digits than this never decide between two float32 in practice, and comparing them exactly would be slow. */
const COMPARED_DIGITS_MAX = 2000;

/** The float32 nearest to the text, given the double nearest to it. */
function singleOf(double: number, number: NumberText, bytes: Uint8Array): number {
  const single = Math.fround(double);
  if (single === double || !Number.isFinite(single) || number.digitCount > COMPARED_DIGITS_MAX) return single;
  single32[0] = single;
  const farther = Math.abs(double) > Math.abs(single);
  singleWord[0] = (singleWord[0] ?? 0) + (farther ? 1 : -1);
  const neighbour = single32[0] ?? 0;
  if ((single + neighbour) / 2 !== double) return single;
  const order = compareMagnitude(number, bytes, Math.abs(double));
  if (order === 0) return single;
  return order > 0 === farther ? neighbour : single;
}

/** Sign of |text| - double, exactly. */
function compareMagnitude(number: NumberText, bytes: Uint8Array, double: number): number {
  double64[0] = double;
  const high = doubleWords[1] ?? 0;
  const power = ((high >>> 20) & 0x7ff) - 1075;
  const significand = (BigInt((high & 0xf_ffff) | 0x10_0000) << 32n) | BigInt(doubleWords[0] ?? 0);
  let left = number.digits(bytes);
  let right = significand;
  if (number.exponent >= 0) left *= 10n ** BigInt(number.exponent);
  else right *= 10n ** BigInt(-number.exponent);
  if (power >= 0) right <<= BigInt(power);
  else left <<= BigInt(-power);
  return left < right ? -1 : left > right ? 1 : 0;
}

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
}
