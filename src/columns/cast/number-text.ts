/**
 * Splits decimal number text, `[+-] digits [. digits] [e [+-] digits]`, into sign, significant digits and a power of
 * ten, without a string. One scanner object is reused; its fields hold the last number scanned.
 */

/** Exponents beyond this are all the same: no type reaches them. */
const EXPONENT_MAX = 100_000;
/** Digits summed into `mantissa` while it is still exact. */
const MANTISSA_DIGITS = 15;

export class NumberText {
  negative = false;
  /** first 15 significant digits as an integer */
  mantissa = 0;
  /** digits from the first that is not zero to the last written one */
  digitCount = 0;
  /** value = digits * 10^exponent */
  exponent = 0;
  #start = 0;
  #end = 0;

  /** False when the text is not a number. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    let at = start;
    this.negative = bytes[at] === 0x2d;
    if (this.negative || bytes[at] === 0x2b) at += 1;
    this.mantissa = 0;
    this.digitCount = 0;
    this.exponent = 0;
    this.#start = at;
    let seen = 0;
    let pointAt = -1;
    for (; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte >= 0x30 && byte <= 0x39) {
        seen += 1;
        this.#push(byte - 0x30);
      } else if (byte === 0x2e && pointAt < 0) pointAt = at;
      else break;
    }
    this.#end = at;
    if (seen === 0) return false;
    if (pointAt >= 0) this.exponent = -(at - pointAt - 1);
    return at === end || this.#scanExponent(bytes, at, end);
  }

  /** The significant digits as an integer, exact. */
  digits(bytes: Uint8Array): bigint {
    if (this.digitCount <= MANTISSA_DIGITS) return BigInt(this.mantissa);
    let text = "";
    for (let at = this.#start; at < this.#end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte !== 0x2e) text += String.fromCharCode(byte);
    }
    return BigInt(text);
  }

  #push(digit: number): void {
    if (this.digitCount === 0 && digit === 0) return;
    if (this.digitCount < MANTISSA_DIGITS) this.mantissa = this.mantissa * 10 + digit;
    this.digitCount += 1;
  }

  #scanExponent(bytes: Uint8Array, start: number, end: number): boolean {
    if (((bytes[start] ?? 0) | 0x20) !== 0x65) return false;
    let at = start + 1;
    const negative = bytes[at] === 0x2d;
    if (negative || bytes[at] === 0x2b) at += 1;
    if (at >= end) return false;
    let value = 0;
    for (; at < end; at += 1) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) return false;
      value = Math.min(EXPONENT_MAX, value * 10 + digit);
    }
    this.exponent += negative ? -value : value;
    return true;
  }
}
