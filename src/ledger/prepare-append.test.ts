import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../core/json-value.ts";
import type { AppendRequest, ProposedEvent } from "./event.ts";
import { prepareAppend, prepareEvents } from "./prepare-append.ts";

const EVENT: ProposedEvent = { entity: "order/1", kind: "order.placed", payload: { b: 1, a: 2 } };

function prepare(request: Partial<AppendRequest>): ReturnType<typeof prepareAppend> {
  return prepareAppend({ tenant: "t", events: [EVENT], ...request }, () => "ID");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

describe("prepareAppend", () => {
  it("writes the payload canonically and hashes those bytes", () => {
    expect(prepare({}).events[0]).toEqual({
      eventId: "ID",
      entity: "order/1",
      kind: "order.placed",
      schemaVersion: 1,
      payloadText: '{"a":2,"b":1}',
      payloadHash: sha256('{"a":2,"b":1}'),
      actor: null,
      correlationId: null,
      causationId: null,
      traceparent: null,
    });
  });

  it("hashes the body as the canonical text of the proposed events", () => {
    const { bodyHash } = prepare({
      events: [EVENT, { ...EVENT, entity: "order/2", schemaVersion: 3, actor: "ada" }],
      expect: { "order/1": "noStream" },
      idempotencyKey: "k",
    });
    expect(bodyHash).toBe(
      sha256(
        '[{"entity":"order/1","expectation":"noStream","kind":"order.placed","payload":{"a":2,"b":1},"schemaVersion":1},' +
          '{"entity":"order/2","expectation":"any","kind":"order.placed","payload":{"a":2,"b":1},"schemaVersion":3}]',
      ),
    );
    expect(prepare({}).bodyHash).toBeNull();
  });

  it("gives one payload text whatever the order of insertion", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), fc.infiniteStream(fc.nat()), (object, order) => {
        fc.pre(Object.keys(object).every((key) => key.isWellFormed()));
        const keys = Object.keys(object).toSorted(() => ((order.next().value ?? 0) % 2) - 0.5);
        const shuffled: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
        for (const key of keys) shuffled[key] = object[key] ?? 0;
        const text = (payload: JsonObject) =>
          prepare({ events: [{ ...EVENT, payload }] }).events[0]?.payloadText;
        expect(text(shuffled)).toBe(text(object));
      }),
    );
  });

  const bad: readonly (readonly [string, Partial<AppendRequest>])[] = [
    ["no events", { events: [] }],
    ["more than 10,000 events", { events: Array.from({ length: 10_001 }, () => EVENT) }],
    ["an empty tenant", { tenant: "" }],
    ["a tenant with a control character", { tenant: "a\u0000b" }],
    ["an empty entity", { events: [{ ...EVENT, entity: "" }] }],
    ["an entity of 513 bytes", { events: [{ ...EVENT, entity: "é".repeat(256) + "x" }] }],
    ["an entity with a newline", { events: [{ ...EVENT, entity: "a\nb" }] }],
    ["an entity with a C1 control character", { events: [{ ...EVENT, entity: "a\u0085b" }] }],
    ["an entity with a lone surrogate", { events: [{ ...EVENT, entity: "a\ud800" }] }],
    ["a kind without a dot", { events: [{ ...EVENT, kind: "placed" }] }],
    ["a kind in upper case", { events: [{ ...EVENT, kind: "Order.placed" }] }],
    ["a kind of 200 characters", { events: [{ ...EVENT, kind: `a.${"b".repeat(198)}` }] }],
    ["schema version 0", { events: [{ ...EVENT, schemaVersion: 0 }] }],
    ["schema version 1.5", { events: [{ ...EVENT, schemaVersion: 1.5 }] }],
    ["an empty actor", { events: [{ ...EVENT, actor: "" }] }],
    ["a bad traceparent", { events: [{ ...EVENT, traceparent: "00-1-2-3" }] }],
    ["a payload that is an array", { events: [{ ...EVENT, payload: [] as unknown as JsonObject }] }],
    ["a payload with a Map", { events: [{ ...EVENT, payload: { m: new Map() as unknown as JsonValue } }] }],
    ["a payload with NaN", { events: [{ ...EVENT, payload: { n: Number.NaN } }] }],
    ["a payload of more than a mebibyte", { events: [{ ...EVENT, payload: { t: "ü".repeat(524_288) } }] }],
    [
      "payloads of more than 64 MiB",
      {
        events: Array.from({ length: 65 }, () => ({ ...EVENT, payload: { t: "x".repeat(1_048_000) } })),
      },
    ],
    ["an expectation for an entity without event", { expect: { other: "any" } }],
    ["an expectation of version 0", { expect: { "order/1": 0 } }],
    ["an empty key", { idempotencyKey: "" }],
  ];
  it.each(bad)("refuses %s", (_, request) => {
    expect(() => prepare(request)).toThrow(expect.objectContaining({ code: "LEDGER_BAD_EVENT" }));
  });

  it("names the event and the path of what it refuses", () => {
    const events = [EVENT, { ...EVENT, payload: { list: [1, undefined as unknown as JsonValue] } }];
    expect(() => prepare({ events })).toThrow(/event 1 \(order\.placed\): the payload at \$\.list\[1\]/);
  });

  it("takes names of 512 bytes and payloads of exactly a mebibyte", () => {
    const payload = { t: "x".repeat(1_048_576 - 8) };
    const [event] = prepare({ events: [{ ...EVENT, entity: "é".repeat(256), payload }] }).events;
    expect(event?.payloadText).toHaveLength(1_048_576);
  });
});

describe("prepareEvents", () => {
  it("takes none, and still checks the tenant", () => {
    expect(prepareEvents("t", [], () => "ID")).toEqual([]);
    expect(() => prepareEvents("", [], () => "ID")).toThrow(
      expect.objectContaining({ code: "LEDGER_BAD_EVENT" }),
    );
  });
});
