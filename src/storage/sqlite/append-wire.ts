/**
 * A prepared append as one flat array, the cheapest thing to clone between threads: tenant, key, body hash, number of
 * expectations; entity and expected of each; then ten members of each event. Both ends are of one process and version.
 */
import type { Expectation } from "../../ledger/event.ts";
import type { PreparedAppend, PreparedEvent } from "../../ledger/prepare-append.ts";

export type AppendWire = readonly (string | number | null)[];

const HEAD_MEMBERS = 4;
const EVENT_MEMBERS = 10;

export function encodeAppend(append: PreparedAppend): AppendWire {
  const wire: (string | number | null)[] = [
    append.tenant,
    append.idempotencyKey,
    append.bodyHash,
    append.expect.length,
  ];
  for (const [entity, expected] of append.expect) wire.push(entity, expected);
  for (const event of append.events) {
    wire.push(
      event.eventId,
      event.entity,
      event.kind,
      event.schemaVersion,
      event.payloadText,
      event.payloadHash,
      event.actor,
      event.correlationId,
      event.causationId,
      event.traceparent,
    );
  }
  return wire;
}

export function decodeAppend(wire: AppendWire): PreparedAppend {
  const [tenant, idempotencyKey, bodyHash, expectCount] = wire as readonly [
    string,
    string | null,
    string | null,
    number,
  ];
  const eventsStart = HEAD_MEMBERS + expectCount * 2;
  const expect: (readonly [string, Expectation])[] = [];
  for (let index = HEAD_MEMBERS; index < eventsStart; index += 2)
    expect.push([wire[index] as string, wire[index + 1] as Expectation]);
  const events: PreparedEvent[] = [];
  for (let index = eventsStart; index < wire.length; index += EVENT_MEMBERS)
    events.push(decodeEvent(wire, index));
  return { tenant, events, expect, idempotencyKey, bodyHash };
}

function decodeEvent(wire: AppendWire, start: number): PreparedEvent {
  return {
    eventId: wire[start] as string,
    entity: wire[start + 1] as string,
    kind: wire[start + 2] as string,
    schemaVersion: wire[start + 3] as number,
    payloadText: wire[start + 4] as string,
    payloadHash: wire[start + 5] as string,
    actor: wire[start + 6] as string | null,
    correlationId: wire[start + 7] as string | null,
    causationId: wire[start + 8] as string | null,
    traceparent: wire[start + 9] as string | null,
  };
}
