import fc from "fast-check";
import { expect, it } from "vitest";
import { bytesToRaw, GENESIS_RAW, hexToRaw, rawToHex } from "./raw-hash.ts";

it("a raw hash, its hex and its bytes say the same", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const hex = Buffer.from(bytes).toString("hex");
      expect(bytesToRaw(bytes)).toBe(hexToRaw(hex));
      expect(rawToHex(bytesToRaw(bytes))).toBe(hex);
      expect(bytesToRaw(bytes)).toHaveLength(32);
    }),
  );
});

it("the first predecessor is 32 zero bytes", () => {
  expect(rawToHex(GENESIS_RAW)).toBe("0".repeat(64));
});
