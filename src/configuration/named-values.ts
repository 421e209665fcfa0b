/**
 * The pairs of a YAML mapping by name, with `<<` merged in. A name written twice is reported with both places; keys that
 * are not text, or can not be held by an object, are reported and left out.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { formatPath, pathKey, type Place, reportAtKey } from "./entry.ts";
import { unmask } from "./mask-for-yaml.ts";
import {
  countValue,
  entryAt,
  nodeOf,
  noteAnchor,
  placeOfNode,
  refuse,
  type Spot,
  spotBelow,
  START,
  type Walk,
} from "./yaml-walk.ts";

export interface NamedValue {
  readonly name: string;
  readonly key: Place;
  readonly value: Node | null;
}

/** Merged pairs come last and overrule nothing. */
export function namedValues(walk: Walk, map: YAMLMap, spot: Spot): readonly NamedValue[] {
  const named = new Map<string, NamedValue>();
  const merged: NamedValue[] = [];
  for (const pair of map.items) {
    const value = nodeOf(pair.value);
    const keyNode = nodeOf(pair.key);
    const key = placeOfNode(walk, keyNode) ?? START;
    const name = nameOf(walk, keyNode, { ...spot, key });
    if (name === undefined) continue;
    const earlier = named.get(name);
    if (name === "<<") merged.push(...mergedValues(walk, value, spotBelow(spot, name, key)));
    else if (earlier === undefined) named.set(name, { name, key, value });
    else reportDuplicate(walk, spotBelow(spot, name, key), earlier.key);
  }
  for (const one of merged) if (!named.has(one.name)) named.set(one.name, one);
  return [...named.values()];
}

function mergedValues(walk: Walk, node: Node | null, spot: Spot): readonly NamedValue[] {
  countValue(walk, spot);
  const target = isAlias(node) ? (walk.anchors.get(node.source) ?? null) : node;
  if (isMap(target)) return namedValues(walk, target, spot);
  if (isSeq(target))
    return target.items.flatMap((item, index) => mergedValues(walk, nodeOf(item), spotBelow(spot, index)));
  markPlace(walk, spot);
  refuse(walk, spot, "merges a mapping, or a list of mappings, such as *defaults");
  return [];
}

function nameOf(walk: Walk, key: Node | null, spot: Spot): string | undefined {
  noteAnchor(walk, key, spot);
  const target = isAlias(key) ? walk.anchors.get(key.source) : key;
  const name = isScalar(target) ? unmask(target.source ?? String(target.value)) : "";
  if (name !== "" && name !== "__proto__" && !name.includes("\0")) return name;
  const named = spotBelow(spot, name, spot.key);
  markPlace(walk, named);
  return refuse(walk, named, name === "" ? "a key is a text" : "this can not be a key");
}

function reportDuplicate(walk: Walk, spot: Spot, first: Place): void {
  markPlace(walk, spot);
  reportAtKey(entryAt(walk, spot), "CONFIG_DUPLICATE", {
    what: DUPLICATE_NOUNS.get(formatPath(spot.path.slice(0, -1))) ?? "key",
    name: String(spot.path.at(-1)),
    first: `${walk.file.shown}:${first.line}:${first.column}`,
  });
}

const DUPLICATE_NOUNS: ReadonlyMap<string, string> = new Map([
  ["pipelines", "pipeline"],
  ["connections", "connection"],
]);

function markPlace(walk: Walk, spot: Spot): void {
  const place = spot.key ?? START;
  walk.located.set(pathKey(spot.path), { key: place, value: place });
}
