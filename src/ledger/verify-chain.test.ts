import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../core/sha256.ts";
import type { EventHeader, StoredEvent } from "./event.ts";
import { GENESIS_HASH, hashEvent } from "./event-hash.ts";
import { headerText } from "./header-text.ts";
import { CHAIN_START, verifyChain } from "./verify-chain.ts";

function chainOf(length: number): StoredEvent[] {
  const events: StoredEvent[] = [];
  let previous = GENESIS_HASH;
  for (let version = 1; version <= length; version += 1) {
    const payloadText = `{"n":${version}}`;
    const header: EventHeader = {
      eventId: `e-${version}`,
      entity: "order/1",
      version,
      kind: "order.placed",
      schemaVersion: 1,
      tenant: "t",
      actor: "ada",
      at: { wallMs: version, counter: 0 },
      clockMs: version,
      payloadHash: sha256Hex(payloadText),
    };
    const hash = hashEvent(previous, headerText(header), header.payloadHash);
    events.push({ position: version, header, payloadText, payload: { n: version }, hash });
    previous = hash;
  }
  return events;
}

const CHAIN = chainOf(5);

function tampered(index: number, change: (event: StoredEvent) => StoredEvent): StoredEvent[] {
  return CHAIN.map((event, at) => (at === index ? change(event) : event));
}

describe("verifyChain", () => {
  it("accepts an empty chain and a whole one, at once and page by page", () => {
    expect(verifyChain([])).toEqual({ ok: true, head: CHAIN_START });
    const whole = verifyChain(CHAIN);
    expect(whole).toEqual({ ok: true, head: { version: 5, hash: CHAIN[4]?.hash } });
    const first = verifyChain(CHAIN.slice(0, 2));
    expect(first.ok && verifyChain(CHAIN.slice(2), first.head)).toEqual(whole);
  });

  const changes: Readonly<Record<string, (event: StoredEvent) => StoredEvent>> = {
    "the payload": (event) => ({ ...event, payloadText: `${event.payloadText.slice(0, -1)} }` }),
    "the payload and its hash": (event) => ({
      ...event,
      payloadText: "{}",
      header: { ...event.header, payloadHash: sha256Hex("{}") },
    }),
    "the kind": (event) => ({ ...event, header: { ...event.header, kind: "order.paid" } }),
    "the event id": (event) => ({ ...event, header: { ...event.header, eventId: "e-9" } }),
    "the time": (event) => ({ ...event, header: { ...event.header, at: { wallMs: 9, counter: 9 } } }),
    "the raw clock": (event) => ({ ...event, header: { ...event.header, clockMs: 9 } }),
    "an absent member": (event) => ({ ...event, header: { ...event.header, causationId: "x" } }),
    "the version": (event) => ({ ...event, header: { ...event.header, version: 9 } }),
    "the entity": (event) => ({ ...event, header: { ...event.header, entity: "order/2" } }),
    "the hash": (event) => ({ ...event, hash: GENESIS_HASH }),
  };

  it.each(Object.entries(changes))("finds a change of %s, wherever it is", (_, change) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), (index) => {
        expect(verifyChain(tampered(index, change))).toMatchObject({ ok: false, version: index + 1 });
      }),
    );
  });

  it("finds a missing, a repeated and a swapped event", () => {
    const [one, two, three] = CHAIN;
    const lists = [[one, three], [one, two, two], [two, one], [two]];
    const verdicts = lists.map((list) => verifyChain(list.filter((event) => event !== undefined)));
    expect(verdicts.map((verdict) => !verdict.ok && verdict.version)).toEqual([2, 3, 1, 1]);
  });
});
