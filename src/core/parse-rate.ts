/** Rates as people write them: `50000/s`, `30/min`, `200/day`. What is counted (rows, runs) is named by the key it stands under. */
import { refuseValue } from "./parse-quantity.ts";

const FORM = {
  what: "rate",
  accepted: "a number per unit of time, such as 50000/s, 30/min, 100/h or 200/day",
};

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  min: 60,
  h: 3_600,
  d: 86_400,
  day: 86_400,
};
const RATE = /^(\d+(?:\.\d+)?) ?\/ ?([a-z]+)$/;

/** Per second. Throws CORE_BAD_VALUE. */
export function parseRate(text: string): number {
  const [, amount = "", unit = ""] = RATE.exec(text.trim()) ?? [];
  const seconds = Object.hasOwn(UNIT_SECONDS, unit) ? UNIT_SECONDS[unit] : undefined;
  const count = Number(amount);
  if (seconds === undefined || count > Number.MAX_SAFE_INTEGER) return refuseValue(text, FORM);
  return count / seconds;
}
