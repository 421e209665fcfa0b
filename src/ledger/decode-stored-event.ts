/**
 * From an event's columns to the event as read back. Storage adapters read rows in the order of `STORED_EVENT_MEMBERS`;
 * the header is rebuilt from them, the payload parsed from its stored text. Nothing is verified here: that is
 * `verify-chain.ts`. A payload that is not JSON is LEDGER_CHAIN_BROKEN, as only a foreign hand can have written it.
 */
import { messageOf, TidemarkError } from "../core/errors.ts";
import type { JsonObject } from "../core/json-value.ts";
import type { EventHeader, StoredEvent } from "./event.ts";

/** One stored event as a flat row; hashes in lower-case hex, `gates` as canonical text. */
export type StoredEventRow = readonly [
  position: number,
  tenant: string,
  entity: string,
  version: number,
  kind: string,
  schemaVersion: number,
  eventId: string,
  actor: string | null,
  atWallMs: number,
  atCounter: number,
  clockMs: number,
  correlationId: string | null,
  causationId: string | null,
  traceparent: string | null,
  gates: string | null,
  payloadText: string,
  payloadHash: string,
  hash: string,
];

export function decodeStoredEvent(row: StoredEventRow): StoredEvent {
  const [position, , entity, version] = row;
  const payloadText = row[15];
  const payload = parseStored(payloadText, entity, version) as JsonObject;
  return { position, header: decodeHeader(row), payloadText, payload, hash: row[17] };
}

function decodeHeader(row: StoredEventRow): EventHeader {
  const [, tenant, entity, version, kind, schemaVersion, eventId, actor, wallMs, counter, clockMs] = row;
  const [correlationId, causationId, traceparent, gates, , payloadHash] = row.slice(11) as [
    ...Nullables,
    string,
    string,
  ];
  return {
    eventId,
    entity,
    version,
    kind,
    schemaVersion,
    tenant,
    ...(actor === null ? {} : { actor }),
    at: { wallMs, counter },
    clockMs,
    ...(correlationId === null ? {} : { correlationId }),
    ...(causationId === null ? {} : { causationId }),
    ...(traceparent === null ? {} : { traceparent }),
    ...(gates === null ? {} : { gates: parseStored(gates, entity, version) as readonly JsonObject[] }),
    payloadHash,
  };
}

type Nullables = [string | null, string | null, string | null, string | null];

function parseStored(text: string, entity: string, version: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = `stored text is not JSON: ${messageOf(error)}`;
    throw new TidemarkError("LEDGER_CHAIN_BROKEN", { entity, version, reason }, { cause: error });
  }
}
