/** A list in lines: the first entries, and how many more there are. */
import { formatCount } from "../../core/format-quantity.ts";
import { counted } from "./describe-event.ts";
import { plainText } from "./plain-text.ts";

/** Entries of a list that are shown. */
const SHOWN_MAX = 10;

export function shortened<T>(all: readonly T[], describe: (one: T) => string): readonly string[] {
  const shown = all.slice(0, SHOWN_MAX).map((one) => `  ${plainText(describe(one))}`);
  const more = all.length - shown.length;
  return more === 0 ? shown : [...shown, `  … and ${formatCount(more)} more`];
}

/** Under a line that counts them; no line at all for an empty list. */
export function titled<T>(all: readonly T[], noun: string, describe: (one: T) => string): readonly string[] {
  return all.length === 0 ? [] : [counted(all.length, noun), ...shortened(all, describe)];
}
