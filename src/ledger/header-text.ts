/**
 * The canonical text of an event header, without a general canonicalizer: the members are known, so they are written in
 * RFC 8785 order by hand (a property test holds this equal to `canonicalize`). Absent members (`undefined` or `null`)
 * are left out. Strings are well formed by then; numbers are safe integers.
 */
import { canonicalize } from "../core/canonical-json.ts";
import type { HybridTime } from "./event.ts";
import type { JsonObject } from "../core/json-value.ts";

/** An event header whose absent members may also be null, as columns are. */
export interface HeaderMembers {
  readonly eventId: string;
  readonly entity: string;
  readonly version: number;
  readonly kind: string;
  readonly schemaVersion: number;
  readonly tenant: string;
  readonly actor?: string | null;
  readonly at: HybridTime;
  readonly clockMs: number;
  readonly correlationId?: string | null;
  readonly causationId?: string | null;
  readonly traceparent?: string | null;
  readonly gates?: readonly JsonObject[] | null;
  readonly payloadHash: string;
}

export function headerText(header: HeaderMembers): string {
  const { at, gates } = header;
  return (
    `{${optional('"actor":', header.actor)}"at":{"counter":${at.counter},"wallMs":${at.wallMs}},` +
    `${optional('"causationId":', header.causationId)}"clockMs":${header.clockMs},` +
    `${optional('"correlationId":', header.correlationId)}"entity":${quote(header.entity)},` +
    `"eventId":${quote(header.eventId)},${gates ? `"gates":${canonicalize(gates)},` : ""}` +
    `"kind":${quote(header.kind)},"payloadHash":"${header.payloadHash}",` +
    `"schemaVersion":${header.schemaVersion},"tenant":${quote(header.tenant)},` +
    `${optional('"traceparent":', header.traceparent)}"version":${header.version}}`
  );
}

function optional(name: string, value: string | null | undefined): string {
  return value === null || value === undefined ? "" : `${name}${quote(value)},`;
}

// eslint-disable-next-line no-control-regex
const NEEDS_ESCAPE = /["\\\u0000-\u001f]/;

function quote(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}
