/**
 * Bounds as the journal may show them: numbers as they are, text as its salted hash, because key values can be personal
 * data. Members that a source puts under `file`, `int`, `real` or `strategy` are names and numbers, and stay.
 */
import type { JsonObject, JsonValue } from "../../core/json-value.ts";
import { saltedHash } from "../../core/salted-hash.ts";

const OPEN_MEMBERS: ReadonlySet<string> = new Set(["file", "int", "real", "strategy"]);

export function hideBounds(bounds: JsonObject, salt: Uint8Array): JsonObject {
  return Object.fromEntries(
    Object.entries(bounds).map(([name, value]) => [
      name,
      OPEN_MEMBERS.has(name) ? value : hideValue(value, salt),
    ]),
  );
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
