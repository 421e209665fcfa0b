/** Shares of a whole as people write them: `1%`, `0.5%`, from `0%` to `100%`. */
import { refuseValue } from "./parse-quantity.ts";

const FORM = { what: "share", accepted: "a percentage from 0% to 100%, such as 1% or 0.5%" };
const SHARE = /^(\d+(?:\.\d+)?) ?%$/;

/** From 0 to 1. Throws CORE_BAD_VALUE. */
export function parseShare(text: string): number {
  const [, percent] = SHARE.exec(text.trim()) ?? [];
  // The exponent, not a division: 0.07 % is 0.0007, where 0.07 / 100 is 0.0007000000000000001.
  const share = Number(`${percent}e-2`);
  return share <= 1 ? share : refuseValue(text, FORM);
}
