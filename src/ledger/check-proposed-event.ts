/**
 * The fence in front of the ledger: what a proposed event and its append must look like before anything is hashed or
 * sent. Limits are of the stored format (`docs/formats/event.md`); the payload's own rules are those of canonical JSON.
 * Refusals are LEDGER_BAD_EVENT and name the event by its index in the append.
 */
import { TidemarkError } from "../core/errors.ts";
import type { AppendRequest, Expectation, ProposedEvent } from "./event.ts";

const EVENTS_PER_APPEND_MAX = 10_000;
const PAYLOAD_BYTES_MAX = 1_048_576;
/** Payloads of one append together: what a storage thread can hold several times over. */
export const APPEND_BYTES_MAX = 67_108_864;
const NAME_BYTES_MAX = 512;
const KIND_CHARS_MAX = 128;
const SCHEMA_VERSION_MAX = 2_147_483_647;

const KIND = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Why `text` can not name a tenant, an entity, an actor or a key; undefined when it can. */
function faultOfName(text: unknown): string | undefined {
  if (typeof text !== "string") return "is not text";
  if (text.length === 0) return "is empty";
  if (text.length > NAME_BYTES_MAX / 3 && Buffer.byteLength(text, "utf8") > NAME_BYTES_MAX)
    return `is longer than ${NAME_BYTES_MAX} bytes`;
  if (CONTROL.test(text)) return "holds a control character";
  if (!text.isWellFormed()) return "holds a lone surrogate";
  return undefined;
}

/** Checks everything of the request that is not inside one event. */
export function checkAppend(request: AppendRequest): void {
  const { events, expect, idempotencyKey } = request;
  if (events.length === 0) refuse(0, "-", "an append needs at least one event");
  if (events.length > EVENTS_PER_APPEND_MAX)
    refuse(EVENTS_PER_APPEND_MAX, "-", `an append holds at most ${EVENTS_PER_APPEND_MAX} events`);
  checkTenant(request.tenant);
  if (idempotencyKey !== undefined) checkName("idempotencyKey", idempotencyKey, 0, "-");
  if (expect !== undefined) checkExpectations(expect, events);
}

export function checkTenant(tenant: string): void {
  checkName("tenant", tenant, 0, "-");
}

export function checkEvent(event: ProposedEvent, index: number): void {
  const { kind } = event;
  if (kind.length > KIND_CHARS_MAX || !KIND.test(kind))
    refuse(
      index,
      kind.slice(0, KIND_CHARS_MAX),
      "the kind is not a dotted lower-case name such as order.placed",
    );
  checkName("entity", event.entity, index, kind);
  const version = event.schemaVersion;
  if (version !== undefined && !(Number.isInteger(version) && version >= 1 && version <= SCHEMA_VERSION_MAX))
    refuse(index, kind, "schemaVersion is not an integer of at least 1");
  if (event.actor !== undefined) checkName("actor", event.actor, index, kind);
  if (event.correlationId !== undefined) checkName("correlationId", event.correlationId, index, kind);
  if (event.causationId !== undefined) checkName("causationId", event.causationId, index, kind);
  if (event.traceparent !== undefined && !TRACEPARENT.test(event.traceparent))
    refuse(index, kind, "traceparent is not a W3C traceparent");
}

/** Checks the canonical text of a payload. */
export function checkPayloadText(payloadText: string, index: number, kind: string): void {
  if (!payloadText.startsWith("{")) refuse(index, kind, "the payload is not an object");
  if (payloadText.length <= PAYLOAD_BYTES_MAX / 3) return;
  const bytes = Buffer.byteLength(payloadText, "utf8");
  if (bytes > PAYLOAD_BYTES_MAX)
    refuse(index, kind, `the payload has ${bytes} bytes, more than ${PAYLOAD_BYTES_MAX}`);
}

export function refuse(index: number, kind: string, reason: string, cause?: unknown): never {
  throw new TidemarkError("LEDGER_BAD_EVENT", { index, kind, reason }, cause === undefined ? {} : { cause });
}

function checkName(what: string, text: string, index: number, kind: string): void {
  const fault = faultOfName(text);
  if (fault !== undefined) refuse(index, kind, `${what} ${fault}`);
}

function checkExpectations(
  expect: Readonly<Record<string, Expectation>>,
  events: readonly ProposedEvent[],
): void {
  const entities = new Set(events.map((event) => event.entity));
  for (const [entity, expected] of Object.entries(expect)) {
    if (!entities.has(entity)) refuse(0, "-", `expect names ${JSON.stringify(entity)}, which gets no event`);
    if (!isExpectation(expected))
      refuse(0, "-", `the expectation for ${JSON.stringify(entity)} is not known`);
  }
}

function isExpectation(value: unknown): boolean {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 1;
  return value === "any" || value === "noStream" || value === "streamExists";
}
