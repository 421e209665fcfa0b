/**
 * Walks the nodes of a YAML document and makes plain values of them, noting where each key and value stands. Aliases are
 * followed; texts are expanded from the environment, keys are not. What can not be a value is reported and left out.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import { type ConfigFile, formatPath, pathKey, report } from "./entry.ts";
import { type Expanded, expandVariables } from "./expand-variables.ts";
import { unmask } from "./mask-for-yaml.ts";
import { namedValues } from "./named-values.ts";
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

/** Throws CONFIG_INVALID when the bounds of a walk are passed. */
export function locateValues(
  contents: Node,
  around: Omit<Walk, "located" | "anchors" | "values">,
): ConfigFile {
  const walk: Walk = { ...around, located: new Map(), anchors: new Map(), values: 0 };
  const root = locate(walk, contents, { path: [] });
  return { ...walk.file, root, located: walk.located };
}

function locate(walk: Walk, node: Node | null, spot: Spot): unknown {
  const value = placeOfNode(walk, node) ?? spot.key ?? START;
  walk.located.set(pathKey(spot.path), { key: spot.key ?? value, value });
  countValue(walk, spot);
  if (isAlias(node)) {
    const target = walk.anchors.get(node.source);
    if (target === undefined)
      return refuse(walk, spot, `no anchor '&${node.source}' stands above this alias`);
    return locate(walk, target, { ...spot, key: spot.key ?? value, withinAlias: true });
  }
  noteAnchor(walk, node, spot);
  if (isSeq(node)) return node.items.map((item, index) => locate(walk, nodeOf(item), spotBelow(spot, index)));
  if (isScalar(node)) return locateScalar(walk, node, spot);
  if (!isMap(node)) return null;
  const named = namedValues(walk, node, spot);
  return Object.fromEntries(
    named.map(({ name, key, value: below }) => [name, locate(walk, below, spotBelow(spot, name, key))]),
  );
}

function locateScalar(walk: Walk, { value, source }: Scalar, spot: Spot): unknown {
  // YAML takes NULL for null, but who writes `nullText: NULL` means the word.
  if (value === null && source?.toLowerCase() === "null" && source !== "null") return source;
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "string") return refuse(walk, spot, "a tag (!!) can not be used here");
  const written = unmask(value);
  const expansion = expandVariables(written, walk.env);
  if (expansion.kind === "malformed") return refuse(walk, spot, expansion.reason);
  if (expansion.kind === "unset") reportUnset(walk, spot, expansion);
  else if (expansion.variables) noteExpansion(walk, spot, written, expansion);
  return expansion.kind === "unset" ? written : expansion.text;
}

function reportUnset(
  walk: Walk,
  spot: Spot,
  unset: { readonly variable: string; readonly message: string },
): void {
  report(entryAt(walk, spot), "CONFIG_UNSET_VARIABLE", {
    where: formatPath(spot.path),
    variable: unset.variable,
    hint: unset.message === "" ? "" : `: ${unset.message}`,
  });
}

function noteExpansion(walk: Walk, spot: Spot, written: string, { text, shown, values }: Expanded): void {
  const key = pathKey(spot.path);
  const located = walk.located.get(key);
  if (located !== undefined)
    walk.located.set(key, { ...located, expansion: { written, expanded: text, shown, values } });
}
