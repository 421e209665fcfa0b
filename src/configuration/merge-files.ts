/**
 * Connections and pipelines of all files by name, each still knowing its file. A name that two files give is reported
 * with both places; the first stands.
 */
import { childOf, type Entry, isMapping, placeOf, reportAtKey, reportInvalid } from "./entry.ts";
import { isName, NAME_RULE } from "./project-schema.ts";

export type NamedEntries = ReadonlyMap<string, Entry>;

export function mergeNamed(roots: readonly Entry[], section: "connections" | "pipelines"): NamedEntries {
  const merged = new Map<string, Entry>();
  for (const root of roots) {
    const whole = childOf(root, section);
    if (!isMapping(whole.value)) continue;
    for (const name of Object.keys(whole.value)) addNamed(merged, childOf(whole, name), section);
  }
  return merged;
}

function addNamed(merged: Map<string, Entry>, entry: Entry, section: "connections" | "pipelines"): void {
  const name = String(entry.path.at(-1));
  const first = merged.get(name);
  if (!isName(name)) reportInvalid(entry, NAME_RULE);
  if (first === undefined) {
    merged.set(name, entry);
    return;
  }
  const { line, column } = placeOf(first, "key");
  reportAtKey(entry, "CONFIG_DUPLICATE", {
    what: section === "connections" ? "connection" : "pipeline",
    name,
    first: `${first.file.shown}:${line}:${column}`,
  });
}
