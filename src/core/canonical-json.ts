/**
 * Canonical JSON: the RFC 8785 text of a value. It is what the ledger stores and hashes, so equal values have one text.
 *
 * The fence: only I-JSON passes. Whatever JSON would lose or change silently is refused as CORE_NOT_I_JSON with its path
 * (`$.a[3]`): class instances, `toJSON`, accessors, symbol keys, undefined, holes, lone surrogates, numbers that are not
 * finite, integers beyond ±(2^53−1), cycles, and more than 64 levels.
 * -0 is written as 0, as the RFC says. Objects without prototype are plain; members that are not enumerable are refused.
 * Keys sort by UTF-16 code unit, which is how JavaScript compares strings.
 *
 * This lies on the path of every event: it keeps one array of path segments and builds the path's text only to refuse.
 */
import { TidemarkError } from "./errors.ts";
import { formatJsonPath, type JsonPathSegment } from "./json-path.ts";
import type { JsonValue } from "./json-value.ts";

/** Levels of arrays and objects inside one another. */
export const JSON_DEPTH_MAX = 64;

/** The RFC 8785 text of `value`. Throws CORE_NOT_I_JSON. O(size + sorting of keys). */
export function canonicalize(value: JsonValue): string {
  return write(value, { root: value, segments: [] }, 0);
}

interface Walk {
  readonly root: unknown;
  /** keys and indexes from the root to the value being written; only the first `depth` are of now */
  readonly segments: JsonPathSegment[];
}

function write(value: unknown, walk: Walk, depth: number): string {
  if (typeof value === "string") return writeString(value, walk, depth);
  if (typeof value === "number") return writeNumber(value, walk, depth);
  if (value === true) return "true";
  if (value === false) return "false";
  if (value === null) return "null";
  if (typeof value !== "object") return refuse(walk, depth, reasonFor(value));
  if (depth === JSON_DEPTH_MAX) return refuseDepth(walk);
  return Array.isArray(value) ? writeArray(value, walk, depth) : writeObject(value, walk, depth);
}

function writeArray(array: readonly unknown[], walk: Walk, depth: number): string {
  if (Object.getPrototypeOf(array) !== Array.prototype) refuse(walk, depth, reasonFor(array));
  assertOnlyElements(array, walk, depth);
  let text = "[";
  for (let index = 0; index < array.length; index += 1) {
    walk.segments[depth] = index;
    if (index > 0) text += ",";
    text += write(ownValue(array, index, walk, depth), walk, depth + 1);
  }
  return `${text}]`;
}

function writeObject(object: object, walk: Walk, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) refuse(walk, depth, reasonFor(object));
  if (Object.getOwnPropertySymbols(object).length > 0) refuse(walk, depth, "a symbol is a key");
  const keys = Object.getOwnPropertyNames(object);
  sortKeys(keys);
  let text = "{";
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] ?? "";
    walk.segments[depth] = key;
    const member = ownValue(object, key, walk, depth);
    if (index > 0) text += ",";
    text += `${writeString(key, walk, depth + 1, "the key")}:${write(member, walk, depth + 1)}`;
  }
  return `${text}}`;
}

/** The value of an own data member that is enumerable; anything else is refused. */
function ownValue(owner: object, key: string | number, walk: Walk, depth: number): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(owner, key);
  if (descriptor === undefined) return refuse(walk, depth + 1, "a hole in an array");
  if (descriptor.get !== undefined || descriptor.set !== undefined)
    return refuse(walk, depth + 1, "an accessor");
  if (descriptor.enumerable !== true) return refuse(walk, depth + 1, "a member that is not enumerable");
  return descriptor.value;
}

/** An array may have indexes and its length, nothing more: JSON would drop it. */
function assertOnlyElements(array: readonly unknown[], walk: Walk, depth: number): void {
  const names = Object.keys(array);
  if (names.length > array.length) refuse(walk, depth, `an array with a member '${names.at(-1)}'`);
  if (Object.getOwnPropertySymbols(array).length > 0) refuse(walk, depth, "a symbol is a key");
}

const SHORT_KEYS_MAX = 24;

/** Most objects have a few keys, often in order already: insertion sort beats `sort` there. */
function sortKeys(keys: string[]): void {
  if (keys.length > SHORT_KEYS_MAX) {
    keys.sort();
    return;
  }
  for (let end = 1; end < keys.length; end += 1) {
    const key = keys[end] ?? "";
    let place = end;
    for (; place > 0 && (keys[place - 1] ?? "") > key; place -= 1) keys[place] = keys[place - 1] ?? "";
    keys[place] = key;
  }
}

// All but control characters, the quote, the backslash and surrogates: what a JSON string holds as it is.
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

function writeString(text: string, walk: Walk, depth: number, what = "a string"): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) refuse(walk, depth, `${what} holds half of a surrogate pair`);
  return JSON.stringify(text);
}

function writeNumber(value: number, walk: Walk, depth: number): string {
  if (Number.isSafeInteger(value)) return `${value}`;
  if (!Number.isFinite(value)) return refuse(walk, depth, `${value} is not a JSON number`);
  if (Number.isInteger(value))
    return refuse(walk, depth, `${value} is beyond ±(2^53−1): write it as a string`);
  return `${value}`;
}

function reasonFor(value: unknown): string {
  if (value === undefined) return "undefined is not a JSON value";
  if (typeof value !== "object" || value === null) return `a ${typeof value} is not a JSON value`;
  const name: unknown = value.constructor?.name;
  const article = typeof name === "string" && name !== "" ? `a ${name}` : "an object of a class";
  const advice = "toJSON" in value ? "; call its toJSON first" : "";
  return `${article} is not a plain object or array${advice}`;
}

function refuse(walk: Walk, depth: number, reason: string): never {
  throw new TidemarkError("CORE_NOT_I_JSON", {
    path: formatJsonPath(walk.segments.slice(0, depth)),
    reason,
  });
}

/** Too deep: says so, or finds the place where a value holds itself. */
function refuseDepth(walk: Walk): never {
  const seen = [walk.root];
  let current: unknown = walk.root;
  for (const [level, segment] of walk.segments.slice(0, JSON_DEPTH_MAX).entries()) {
    current = Reflect.get(Object(current), segment);
    const first = seen.indexOf(current);
    if (first >= 0) {
      const origin = formatJsonPath(walk.segments.slice(0, first));
      return refuse(walk, level + 1, `a cycle: this is ${origin} again`);
    }
    seen.push(current);
  }
  return refuse(walk, JSON_DEPTH_MAX, `more than ${JSON_DEPTH_MAX} levels`);
}
