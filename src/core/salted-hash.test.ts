import { expect, it } from "vitest";
import { saltedHash } from "./salted-hash.ts";

it("is the first half of the published HMAC-SHA-256 (RFC 4231, test case 1)", () => {
  expect(saltedHash(Buffer.alloc(20, 0x0b), "Hi There")).toBe("b0344c61d8db38535ca8afceaf0bf12b");
});

it("names equal values alike, as text or as bytes, and under another salt otherwise", () => {
  const salt = Buffer.from("salt");
  expect(saltedHash(salt, "Zoë")).toBe(saltedHash(salt, Buffer.from("Zoë")));
  expect(saltedHash(salt, "Zoë")).not.toBe(saltedHash(salt, "Zoe"));
  expect(saltedHash(salt, "Zoë")).not.toBe(saltedHash(Buffer.from("Salt"), "Zoë"));
});
