/** I-JSON values (RFC 7493): what payloads, bounds and descriptors are made of. Checked by `canonical-json.ts`. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue;
}
