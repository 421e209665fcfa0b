/**
 * What is done to proposed events on the caller's thread, so that the storage thread only orders and writes: checks, the
 * RFC 8785 text of each payload, its SHA-256, event ids, and the body hash by which a repeated append is recognised.
 *
 * The body hash is the SHA-256 of the JCS of the proposed events as an array of {entity, expectation, kind, payload,
 * schemaVersion}, in order; who did it and why (actor, correlation, causation, trace) is not part of it.
 */
import { canonicalize } from "../core/canonical-json.ts";
import { TidemarkError } from "../core/errors.ts";
import { sha256Hex } from "../core/sha256.ts";
import {
  APPEND_BYTES_MAX,
  checkAppend,
  checkEvent,
  checkPayloadText,
  checkTenant,
  refuse,
} from "./check-proposed-event.ts";
import type { AppendRequest, Expectation, ProposedEvent } from "./event.ts";

/** A checked event that lacks only what the sequencer gives: version, time, position and hash. `null`: absent. */
export interface PreparedEvent {
  readonly eventId: string;
  readonly entity: string;
  readonly kind: string;
  readonly schemaVersion: number;
  readonly payloadText: string;
  /** lower-case hex */
  readonly payloadHash: string;
  readonly actor: string | null;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  readonly traceparent: string | null;
}

export interface PreparedAppend {
  readonly tenant: string;
  readonly events: readonly PreparedEvent[];
  /** entities with an expectation other than "any" */
  readonly expect: readonly (readonly [entity: string, expected: Expectation])[];
  readonly idempotencyKey: string | null;
  /** lower-case hex; null without a key */
  readonly bodyHash: string | null;
}

/** Throws LEDGER_BAD_EVENT. */
export function prepareAppend(request: AppendRequest, createEventId: () => string): PreparedAppend {
  checkAppend(request);
  const events = prepareAll(request.events, createEventId);
  const key = request.idempotencyKey;
  return {
    tenant: request.tenant,
    events,
    expect: request.expect === undefined ? NO_EXPECTATIONS : expectationsOf(request.expect),
    idempotencyKey: key ?? null,
    bodyHash: key === undefined ? null : hashBody(events, request.expect ?? {}),
  };
}

/** Events that go with another change; none is fine. Throws LEDGER_BAD_EVENT. */
export function prepareEvents(
  tenant: string,
  proposed: readonly ProposedEvent[],
  createEventId: () => string,
): readonly PreparedEvent[] {
  if (proposed.length > 0) checkAppend({ tenant, events: proposed });
  else checkTenant(tenant);
  return prepareAll(proposed, createEventId);
}

const NO_EXPECTATIONS: readonly (readonly [string, Expectation])[] = [];

function prepareAll(
  proposed: readonly ProposedEvent[],
  createEventId: () => string,
): readonly PreparedEvent[] {
  let chars = 0;
  return proposed.map((event, index) => {
    const prepared = prepareEvent(event, index, createEventId);
    chars += prepared.payloadText.length;
    if (chars > APPEND_BYTES_MAX)
      refuse(index, event.kind, `the payloads of one append have more than ${APPEND_BYTES_MAX} bytes`);
    return prepared;
  });
}

function prepareEvent(event: ProposedEvent, index: number, createEventId: () => string): PreparedEvent {
  checkEvent(event, index);
  const payloadText = payloadTextOf(event, index);
  checkPayloadText(payloadText, index, event.kind);
  return {
    eventId: createEventId(),
    entity: event.entity,
    kind: event.kind,
    schemaVersion: event.schemaVersion ?? 1,
    payloadText,
    payloadHash: sha256Hex(payloadText),
    actor: event.actor ?? null,
    correlationId: event.correlationId ?? null,
    causationId: event.causationId ?? null,
    traceparent: event.traceparent ?? null,
  };
}

function payloadTextOf(event: ProposedEvent, index: number): string {
  try {
    return canonicalize(event.payload);
  } catch (error) {
    if (error instanceof TidemarkError) refuse(index, event.kind, `the payload at ${error.message}`, error);
    throw error;
  }
}

function expectationsOf(
  expect: Readonly<Record<string, Expectation>>,
): readonly (readonly [string, Expectation])[] {
  return Object.entries(expect).filter(([, expected]) => expected !== "any");
}

function hashBody(events: readonly PreparedEvent[], expect: Readonly<Record<string, Expectation>>): string {
  const items = events.map((event) => {
    const { entity, kind, payloadText, schemaVersion } = event;
    const expectation = Object.hasOwn(expect, entity) ? (expect[entity] ?? "any") : "any";
    return (
      `{"entity":${JSON.stringify(entity)},"expectation":${JSON.stringify(expectation)},` +
      `"kind":${JSON.stringify(kind)},"payload":${payloadText},"schemaVersion":${schemaVersion}}`
    );
  });
  return sha256Hex(`[${items.join(",")}]`);
}
