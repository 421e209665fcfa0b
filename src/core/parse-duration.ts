/** Durations as people write them: `250ms`, `5s`, `15m`, `1h`, `7d`, with decimals where the result is whole milliseconds. */
import { parseQuantity, type QuantityForm } from "./parse-quantity.ts";

const FORM: QuantityForm = {
  what: "duration",
  accepted: "a number with a unit, such as 250ms, 5s, 15m, 1h or 7d",
  units: { ms: 1n, s: 1_000n, m: 60_000n, h: 3_600_000n, d: 86_400_000n },
};

/** Whole milliseconds. Throws CORE_BAD_VALUE. */
export function parseDuration(text: string): number {
  return parseQuantity(text, FORM);
}
