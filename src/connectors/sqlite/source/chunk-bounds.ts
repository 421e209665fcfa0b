/**
 * Bounds of a chunk: plain JSON that says all a reader needs beside the definition. Ranges are half-open on every kind, the
 * first has no lower and the last no upper bound, so every row there is, or will be, belongs to exactly one chunk.
 *
 * `schema` is the fingerprint of the columns at cutting time; `version` (tables walked by a hidden rowid only) is the
 * schema version, which VACUUM raises: it may give rows other rowids.
 */
import { assert } from "../../../core/errors.ts";
import type { JsonObject, JsonValue } from "../../../core/json-value.ts";
import { decodeKeyValue, encodeKeyValue, type KeyValue } from "../sql-value.ts";
import type { KeyRange } from "./page-key.ts";

export type ChunkBounds =
  | { readonly strategy: "snapshot"; readonly schema: string }
  | {
      readonly strategy: "keyset";
      readonly schema: string;
      /** null where VACUUM does no harm */
      readonly version: number | null;
      readonly key: readonly string[];
      readonly range: KeyRange;
    }
  | {
      readonly strategy: "range";
      readonly schema: string;
      readonly column: string;
      /** inclusive; null: no lower bound, and rows where the column is NULL belong here */
      readonly from: KeyValue;
      /** exclusive; null: no upper bound */
      readonly to: KeyValue;
    };

export function encodeBounds(bounds: ChunkBounds): JsonObject {
  const { strategy, schema } = bounds;
  switch (strategy) {
    case "snapshot":
      return { strategy, schema };
    case "keyset": {
      const { version, key, range } = bounds;
      return {
        strategy,
        schema,
        ...(version === null ? {} : { version }),
        key,
        after: range.after?.map(encodeKeyValue) ?? null,
        upTo: range.upTo?.map(encodeKeyValue) ?? null,
      };
    }
    case "range": {
      const { column, from, to } = bounds;
      return { strategy, schema, column, from: encodeKeyValue(from), to: encodeKeyValue(to) };
    }
  }
}

export function decodeBounds(json: JsonObject): ChunkBounds {
  const schema = textOf(json["schema"]);
  const { strategy } = json;
  if (strategy === "keyset") {
    const range = { after: keyOf(json["after"]), upTo: keyOf(json["upTo"]) };
    const version = typeof json["version"] === "number" ? json["version"] : null;
    return { strategy, schema, version, key: listOf(json["key"]).map(textOf), range };
  }
  if (strategy === "range") {
    const from = decodeKeyValue(json["from"] ?? null);
    return { strategy, schema, column: textOf(json["column"]), from, to: decodeKeyValue(json["to"] ?? null) };
  }
  assert(strategy === "snapshot", "bounds of a chunk of SQLite name their strategy");
  return { strategy, schema };
}

function textOf(json: JsonValue | undefined): string {
  assert(typeof json === "string", "bounds hold text here");
  return json;
}

function listOf(json: JsonValue | undefined): readonly JsonValue[] {
  assert(Array.isArray(json), "bounds hold a list here");
  return json as readonly JsonValue[];
}

function keyOf(json: JsonValue | undefined): readonly KeyValue[] | null {
  return json === null || json === undefined ? null : listOf(json).map(decodeKeyValue);
}
