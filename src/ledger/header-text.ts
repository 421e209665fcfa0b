/**
 * The canonical text of an event header, without a general canonicalizer: the members are known, so they are written in
 * RFC 8785 order by hand (a property test holds this equal to `canonicalize`). Absent members (`undefined` or `null`)
 * are left out. Strings are well formed by then; numbers are safe integers. The text comes in two steps, so that the
 * storage thread adds only what the sequencer knows.
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
  readonly actor?: string | null | undefined;
  readonly at: HybridTime;
  readonly clockMs: number;
  readonly correlationId?: string | null | undefined;
  readonly causationId?: string | null | undefined;
  readonly traceparent?: string | null | undefined;
  readonly gates?: readonly JsonObject[] | null | undefined;
  readonly payloadHash: string;
}

/** What the sequencer adds to an event's header. */
export interface HeaderPlace {
  readonly version: number;
  readonly at: HybridTime;
  readonly clockMs: number;
}

/** The parts of a header's text around what is in `HeaderPlace`; made before the event has its place. */
export interface HeaderFrame {
  readonly beforeAt: string;
  readonly beforeClock: string;
  readonly beforeVersion: string;
}

export function headerText(header: HeaderMembers): string {
  return completeHeader(frameHeader(header), header);
}

export function frameHeader(header: Omit<HeaderMembers, keyof HeaderPlace>): HeaderFrame {
  const { gates } = header;
  return {
    beforeAt: `{${optional('"actor":', header.actor)}`,
    beforeClock: optional('"causationId":', header.causationId),
    beforeVersion:
      `${optional('"correlationId":', header.correlationId)}"entity":${quote(header.entity)},` +
      `"eventId":${quote(header.eventId)},${gates ? `"gates":${canonicalize(gates)},` : ""}` +
      `"kind":${quote(header.kind)},"payloadHash":"${header.payloadHash}",` +
      `"schemaVersion":${header.schemaVersion},"tenant":${quote(header.tenant)},` +
      optional('"traceparent":', header.traceparent),
  };
}

export function completeHeader(frame: HeaderFrame, { at, clockMs, version }: HeaderPlace): string {
  return (
    `${frame.beforeAt}"at":{"counter":${at.counter},"wallMs":${at.wallMs}},` +
    `${frame.beforeClock}"clockMs":${clockMs},${frame.beforeVersion}"version":${version}}`
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
