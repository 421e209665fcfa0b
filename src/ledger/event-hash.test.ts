import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GENESIS_HASH, hashEvent } from "./event-hash.ts";

const hash = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString("hex"));

describe("hashEvent", () => {
  it("is the SHA-256 of domain, predecessor, header and payload hash, for headers of any length and script", () => {
    const header = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("ü".repeat(40_000), "x".repeat(65_454)),
    );
    fc.assert(
      fc.property(hash, header, hash, (previous, text, payload) => {
        const expected = createHash("sha256")
          .update("tidemark/event/v1\n")
          .update(Buffer.from(previous, "hex"))
          .update(Buffer.from(text, "utf8"))
          .update(Buffer.from(payload, "hex"))
          .digest("hex");
        expect(hashEvent(previous, text, payload)).toBe(expected);
      }),
    );
  });

  it("gives the golden hash that other tools compute (docs/formats/event.md)", () => {
    const payloadHash = createHash("sha256").update('{"a":1}').digest("hex");
    const header = `{"at":{"counter":0,"wallMs":1},"clockMs":1,"payloadHash":"${payloadHash}","version":1}`;
    expect(hashEvent(GENESIS_HASH, header, payloadHash)).toBe(
      "07539da752a8ce83378d8d5689126884fa23e672a6dd7fb4873c08e410694f7b",
    );
  });
});
