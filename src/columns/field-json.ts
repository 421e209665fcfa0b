/** Fields as plain JSON: for plans, manifests and messages between threads. */
import type { JsonObject } from "../core/json-value.ts";
import type { Field } from "./column-batch.ts";
import { formatLogicalType, parseLogicalType } from "./logical-type.ts";

export interface FieldJson extends JsonObject {
  readonly name: string;
  /** canonical spelling of the logical type */
  readonly type: string;
  readonly nullable: boolean;
}

export function fieldJson(field: Field): FieldJson {
  return { name: field.name, type: formatLogicalType(field.type), nullable: field.nullable };
}

export function parseFieldJson(json: FieldJson): Field {
  return { name: json.name, type: parseLogicalType(json.type), nullable: json.nullable };
}
