/** Puts together what a definition hides: what its connection hides, and what variables gave to its own texts. */
import type { Concealing, HiddenText } from "../pipeline/definition.ts";
import { concealed, type Entry } from "./entry.ts";
import { normalizePath } from "./path-below.ts";

/** Empty when nothing is hidden. */
export function conceal(
  ...lists: readonly (readonly HiddenText[] | undefined)[]
): Pick<Concealing, "hidden"> {
  const hidden = lists.flatMap((list) => list ?? []);
  return hidden.length === 0 ? {} : { hidden };
}

/** Of a path below a connection's folder; `fill` does to the shown form what was done to the path. */
export function concealPathBelow(
  entry: Entry,
  ofConnection: readonly HiddenText[] | undefined,
  fill: (path: string) => string = (path) => path,
): Concealing {
  const own = concealed(entry);
  const shown = own === undefined ? {} : { pathShown: normalizePath(fill(own.shown)) };
  return { ...shown, ...conceal(ofConnection, own?.values) };
}
