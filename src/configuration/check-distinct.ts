/** Lists of column names name each column once. */
import { type Entry, reportInvalid } from "./entry.ts";

/** False when a problem was reported at `entry`. */
export function checkDistinct(entry: Entry, names: readonly string[]): boolean {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) reportInvalid(entry, `names '${twice}' twice`);
  return twice === undefined;
}
