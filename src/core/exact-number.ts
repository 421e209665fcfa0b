/**
 * Tells whether a double says what a decimal literal said. Nearly no decimal is a double exactly (0.1 is not), so
 * "exact" means: the double, written shortest or with as many significant digits as the literal has, is the literal. It
 * holds for whatever a program printed from a double, shortest or with seventeen digits, and fails where digits were lost.
 */

/** Decimals of up to fifteen significant digits survive a normal double (C's DBL_DIG). */
const SAFE_DIGITS = 15;
/** What `toPrecision` can write. */
const DIGITS_MAX = 100;
/** Below it doubles are subnormal and hold fewer digits. */
const NORMAL_MIN = 2.2250738585072014e-308;

/** `literal` is a JSON number, `value` what `Number` made of it. */
export function isExactNumber(literal: string, value: number): boolean {
  if (literal.length <= SAFE_DIGITS && isNormal(value)) return true;
  if (String(value) === literal) return true;
  const { digits, magnitude } = normalize(literal);
  if (digits === "") return true;
  if (!Number.isFinite(value) || value === 0) return false;
  if (digits.length <= SAFE_DIGITS && isNormal(value)) return true;
  if (digits.length > DIGITS_MAX) return false;
  return [value.toPrecision(digits.length), String(value)].some((text) => {
    const written = normalize(text);
    return written.digits === digits && written.magnitude === magnitude;
  });
}

function isNormal(value: number): boolean {
  return Math.abs(value) >= NORMAL_MIN && Number.isFinite(value);
}

/** A decimal as 0.digits × 10^magnitude, its digits without zeros at either end; zero has none. */
function normalize(literal: string): { readonly digits: string; readonly magnitude: number } {
  const [mantissa = "", exponent = "0"] = literal.replace("-", "").toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const all = whole + fraction;
  const significant = all.replace(/^0+/, "");
  const magnitude = whole.length - (all.length - significant.length) + Number(exponent);
  return { digits: significant.replace(/0+$/, ""), magnitude };
}
