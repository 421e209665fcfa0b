/**
 * What durations, sizes, rates and shares have in common: a decimal number and a unit. The arithmetic is exact (`1.1s` is
 * 1100 ms, never 1100.0000000000001), a number without a unit is refused, and so is what is not a whole number of the
 * smallest unit or goes beyond 2^53−1.
 */
import { TidemarkError } from "./errors.ts";

export interface QuantityForm {
  /** "duration": stands in the error */
  readonly what: string;
  /** the forms people may write, for the error */
  readonly accepted: string;
  /** how many of the smallest unit each unit is */
  readonly units: Readonly<Record<string, bigint>>;
}

const QUANTITY = /^(\d+)(?:\.(\d+))? ?([A-Za-z]+)$/;

/** In the smallest unit of the form. Throws CORE_BAD_VALUE. */
export function parseQuantity(text: string, form: QuantityForm): number {
  const [, whole = "", fraction = "", unit = ""] = QUANTITY.exec(text.trim()) ?? [];
  const unitSize = Object.hasOwn(form.units, unit) ? form.units[unit] : undefined;
  if (whole === "" || unitSize === undefined) return refuseValue(text, form);
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * unitSize;
  const amount = Number(scaled / scale);
  if (scaled % scale !== 0n || !Number.isSafeInteger(amount)) return refuseValue(text, form);
  return amount;
}

export function refuseValue(text: string, form: Pick<QuantityForm, "what" | "accepted">): never {
  throw new TidemarkError("CORE_BAD_VALUE", { what: form.what, text, accepted: form.accepted });
}
