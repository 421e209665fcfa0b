/** Decimal text to the integer behind it at a scale; exponents allowed, as SQLite and JavaScript print them. */

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** More zeros than any decimal of ours has digits make no sense and would cost memory. */
const SHIFT_MAX = 400;

/** `precision`: digits other than zero below the scale. `syntax`: not a number. */
export function parseDecimal(text: string, scale: number): bigint | "syntax" | "precision" {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return "syntax";
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  if (whole === "" && fraction === "") return "syntax";
  const digits = (whole + fraction).replace(/^0+(?=\d)/, "");
  const shift = scale + Number(exponent) - fraction.length;
  if (Math.abs(shift) > SHIFT_MAX) return /^0*$/.test(digits) ? 0n : "precision";
  if (shift >= 0) return signed(sign, `${digits}${"0".repeat(shift)}`);
  const cut = digits.length + shift;
  if (!/^0*$/.test(cut > 0 ? digits.slice(cut) : digits)) return "precision";
  return signed(sign, cut > 0 ? digits.slice(0, cut) : "0");
}

function signed(sign: string | undefined, digits: string): bigint {
  return sign === "-" ? -BigInt(digits) : BigInt(digits);
}
