/**
 * Recomputes the hash chain of one entity from its events: payload bytes against payload hash, header and predecessor
 * against event hash, versions without a gap. Pure; trusts nothing but the hash it starts from. It can not see that the
 * newest events were cut off, nor a whole chain written anew: that takes a tidemark kept elsewhere.
 */
import { sha256Hex } from "../core/sha256.ts";
import type { StoredEvent } from "./event.ts";
import { GENESIS_HASH, hashEvent } from "./event-hash.ts";
import { headerText } from "./header-text.ts";

/** The event a chain part follows; `hash` in lower-case hex. */
export interface ChainHead {
  readonly version: number;
  readonly hash: string;
}

export type ChainVerdict =
  | { readonly ok: true; readonly head: ChainHead }
  /** `version`: the first that does not follow */
  | { readonly ok: false; readonly version: number; readonly reason: string };

/** A chain from its beginning. */
export const CHAIN_START: ChainHead = { version: 0, hash: GENESIS_HASH };

/** `events` in version order, following `head`; so a long chain is verified page by page. */
export function verifyChain(events: readonly StoredEvent[], head: ChainHead = CHAIN_START): ChainVerdict {
  const first = events[0];
  let last = head;
  for (const event of events) {
    const reason = faultOf(event, last, first ?? event);
    if (reason !== undefined) return { ok: false, version: last.version + 1, reason };
    last = { version: event.header.version, hash: event.hash };
  }
  return { ok: true, head: last };
}

function faultOf(event: StoredEvent, previous: ChainHead, first: StoredEvent): string | undefined {
  const { header } = event;
  if (header.entity !== first.header.entity || header.tenant !== first.header.tenant)
    return `it belongs to entity ${header.entity} of tenant ${header.tenant}`;
  if (header.version !== previous.version + 1) return `version ${header.version} stands in its place`;
  if (sha256Hex(event.payloadText) !== header.payloadHash)
    return "the payload is not the one that was hashed";
  if (hashEvent(previous.hash, headerText(header), header.payloadHash) !== event.hash)
    return "header or predecessor is not the one that was hashed";
  return undefined;
}
