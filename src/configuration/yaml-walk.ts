/**
 * The state of one walk over a YAML document: where each value stands, the anchors seen so far, and the bounds that keep
 * a few bytes of aliases from growing into gigabytes and stop an alias within its own anchor.
 */
import { isMap, isNode, isScalar, isSeq, type LineCounter, type Node } from "yaml";
import { TidemarkError } from "../core/errors.ts";
import {
  type ConfigFile,
  type Entry,
  type Located,
  type Path,
  pathKey,
  type Place,
  reportInvalid,
} from "./entry.ts";
import type { Environment } from "./expand-variables.ts";
import type { Problems } from "./problems.ts";

const VALUES_MAX = 100_000;
const DEPTH_MAX = 64;

export interface Walk {
  readonly lines: LineCounter;
  readonly file: Pick<ConfigFile, "path" | "shown" | "folder">;
  readonly env: Environment;
  readonly problems: Problems;
  readonly located: Map<string, Located>;
  /** an alias means the last anchor of its name above it */
  readonly anchors: Map<string, Node>;
  values: number;
}

/** A place in the tree that is being walked; `key` is where the value's key stands. */
export interface Spot {
  readonly path: Path;
  readonly key?: Place;
  /** anchors within are known already */
  readonly withinAlias?: boolean;
}

export const START: Place = { line: 1, column: 1 };

export function spotBelow(spot: Spot, step: string | number, key?: Place): Spot {
  return {
    path: [...spot.path, step],
    ...(key === undefined ? {} : { key }),
    ...(spot.withinAlias === true ? { withinAlias: true } : {}),
  };
}

export function nodeOf(value: unknown): Node | null {
  return isNode(value) ? value : null;
}

export function placeOfNode(walk: Walk, node: Node | null): Place | undefined {
  const offset = node?.range?.[0];
  if (offset === undefined) return undefined;
  const { line, col } = walk.lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

export function noteAnchor(walk: Walk, node: Node | null, spot: Spot): void {
  if (spot.withinAlias === true || !(isScalar(node) || isMap(node) || isSeq(node))) return;
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node);
}

/** Throws CONFIG_INVALID when the bounds are passed. */
export function countValue(walk: Walk, spot: Spot): void {
  walk.values += 1;
  const tooMany = walk.values > VALUES_MAX;
  if (!tooMany && spot.path.length <= DEPTH_MAX) return;
  throw new TidemarkError("CONFIG_INVALID", {
    path: walk.file.shown,
    ...(walk.located.get(pathKey(spot.path))?.value ?? START),
    where: "the file",
    reason: tooMany
      ? `it has more than ${VALUES_MAX} values; each alias (*) counts as what it stands for`
      : `values are nested more than ${DEPTH_MAX} deep; does an alias (*) stand within its own anchor (&)?`,
  });
}

export function refuse(walk: Walk, spot: Spot, reason: string): undefined {
  reportInvalid(entryAt(walk, spot), reason);
}

export function entryAt(walk: Walk, spot: Spot): Entry {
  const file = { ...walk.file, root: undefined, located: walk.located };
  return { file, path: spot.path, value: undefined, problems: walk.problems };
}
