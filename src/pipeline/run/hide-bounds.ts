/**
 * Bounds as the journal may show them: numbers as they are, text as its salted hash, because key values can be personal
 * data. Members that a source puts under `file`, `int`, `real` or `strategy` are names and numbers, and stay; of names
 * `hide` takes what came from the environment.
 */
import type { JsonObject, JsonValue } from "../../core/json-value.ts";
import { saltedHash } from "../../core/salted-hash.ts";

const OPEN_MEMBERS: ReadonlySet<string> = new Set(["file", "int", "real", "strategy"]);

export function hideBounds(
  bounds: JsonObject,
  salt: Uint8Array,
  hide: (name: string) => string = (name) => name,
): JsonObject {
  const shown = (name: string, value: JsonValue): JsonValue => {
    if (!OPEN_MEMBERS.has(name)) return hideValue(value, salt);
    return typeof value === "string" ? hide(value) : value;
  };
  return Object.fromEntries(Object.entries(bounds).map(([name, value]) => [name, shown(name, value)]));
}

function hideValue(value: JsonValue, salt: Uint8Array): JsonValue {
  if (typeof value === "string") return { hash: saltedHash(salt, value) };
  if (isArray(value)) return value.map((item) => hideValue(item, salt));
  if (typeof value === "object" && value !== null) return hideBounds(value, salt);
  return value;
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
