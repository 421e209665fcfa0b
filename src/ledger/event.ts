/**
 * Events of the ledger: what a caller proposes, what is stored, and the receipt. The byte format (header, hashes,
 * chain) is specified in `docs/formats/event.md` and can not change within format version 1.
 */
import type { JsonObject } from "../core/json-value.ts";

/** Hybrid logical clock: orders events and never goes back. */
export interface HybridTime {
  readonly wallMs: number;
  readonly counter: number;
}

/** What a caller wants to have happened. */
export interface ProposedEvent {
  /** key of the stream, e.g. `run/01J…`; 1..512 bytes of well-formed text without control characters */
  readonly entity: string;
  /** dotted past-tense name, e.g. `chunk.completed` */
  readonly kind: string;
  /** version of the payload's schema, 1 when left out */
  readonly schemaVersion?: number;
  /** I-JSON object */
  readonly payload: JsonObject;
  readonly actor?: string;
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly traceparent?: string;
}

/** Expected version of an entity before the append; an exact version is a number >= 1. */
export type Expectation = "any" | "noStream" | "streamExists" | number;

export interface AppendRequest {
  readonly tenant: string;
  /** 1..10,000 events, appended in order, all or nothing */
  readonly events: readonly ProposedEvent[];
  /** per entity; entities left out expect "any" */
  readonly expect?: Readonly<Record<string, Expectation>>;
  /** scope is (tenant, key); checked before the expectations */
  readonly idempotencyKey?: string;
}

/** Header as hashed: canonical JSON of exactly these members, absent ones left out. Position is not in it. */
export interface EventHeader {
  readonly eventId: string;
  readonly entity: string;
  readonly version: number;
  readonly kind: string;
  readonly schemaVersion: number;
  readonly tenant: string;
  readonly actor?: string;
  readonly at: HybridTime;
  /** raw wall clock reading, epoch ms */
  readonly clockMs: number;
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly traceparent?: string;
  /** verdicts of the append gate, in order of their names */
  readonly gates?: readonly JsonObject[];
  /** SHA-256 of the stored payload bytes, lower-case hex */
  readonly payloadHash: string;
}

/** An event as read back. */
export interface StoredEvent {
  /** global, 1-based, gapless */
  readonly position: number;
  readonly header: EventHeader;
  /** RFC 8785 text, exactly as hashed */
  readonly payloadText: string;
  readonly payload: JsonObject;
  /** lower-case hex of the event's hash */
  readonly hash: string;
}

export interface AppendedEvent {
  readonly eventId: string;
  readonly entity: string;
  readonly version: number;
  readonly position: number;
  readonly hash: string;
}

export interface Receipt {
  readonly events: readonly AppendedEvent[];
  readonly at: HybridTime;
  /** position up to which the ledger was flushed when this append was acknowledged */
  readonly durablePosition: number;
  /** true when the idempotency key had been used for the same events before */
  readonly duplicate: boolean;
  /** epoch ms until which the idempotency key is remembered; null without a key */
  readonly keptUntilMs: number | null;
}

export type AppendOutcome =
  | { readonly kind: "appended"; readonly receipt: Receipt }
  | {
      readonly kind: "conflict";
      readonly entity: string;
      readonly expected: Expectation;
      /** current version, 0 when the entity has no events */
      readonly actual: number;
    };
