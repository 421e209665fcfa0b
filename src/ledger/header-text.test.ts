import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalize } from "../core/canonical-json.ts";
import { headerText } from "./header-text.ts";

const text = fc.string({ unit: "grapheme", minLength: 1 });
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const header = fc.record(
  {
    eventId: text,
    entity: text,
    version: count,
    kind: text,
    schemaVersion: count,
    tenant: text,
    at: fc.record({ wallMs: count, counter: count }),
    clockMs: count,
    payloadHash: fc.stringMatching(/^[0-9a-f]{64}$/),
    actor: text,
    correlationId: text,
    causationId: text,
    traceparent: text,
    gates: fc.array(fc.dictionary(text, fc.oneof(text, fc.boolean())), { maxLength: 3 }),
  },
  {
    requiredKeys: [
      "eventId",
      "entity",
      "version",
      "kind",
      "schemaVersion",
      "tenant",
      "at",
      "clockMs",
      "payloadHash",
    ],
  },
);

describe("headerText", () => {
  it("is the canonical text of every header", () => {
    fc.assert(
      fc.property(header, (one) => {
        fc.pre(Object.values(one).every((value) => typeof value !== "string" || value.isWellFormed()));
        expect(headerText(one)).toBe(canonicalize({ ...one, at: { ...one.at } }));
      }),
      { numRuns: 500 },
    );
  });

  it("leaves null members out", () => {
    const base = {
      eventId: "e",
      entity: "a",
      version: 1,
      kind: "a.b",
      schemaVersion: 1,
      tenant: "t",
      at: { wallMs: 2, counter: 3 },
      clockMs: 4,
      payloadHash: "00",
    };
    const nulls = { actor: null, correlationId: null, causationId: null, traceparent: null, gates: null };
    expect(headerText({ ...base, ...nulls })).toBe(headerText(base));
    expect(headerText(base)).toBe(
      '{"at":{"counter":3,"wallMs":2},"clockMs":4,"entity":"a","eventId":"e","kind":"a.b","payloadHash":"00",' +
        '"schemaVersion":1,"tenant":"t","version":1}',
    );
  });
});
