import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256, sha256Hex } from "./sha256.ts";

const chunk = fc.oneof(
  fc.uint8Array(),
  fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
);

describe("sha256", () => {
  // The examples of FIPS 180-2, appendix B, and the empty message.
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
  ])("gives the published digest of %j", (text, digest) => {
    expect(sha256Hex(text)).toBe(digest);
    expect(sha256(Buffer.from(text)).toString("hex")).toBe(digest);
  });

  it("hashes no chunk at all as the empty message", () => {
    expect(sha256Hex()).toBe(sha256Hex(""));
  });

  it("hashes chunks of bytes and text as if they were joined", () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 5 }), (chunks) => {
        const joined = Buffer.concat(chunks.map((one) => Buffer.from(one)));
        expect(sha256Hex(...chunks)).toBe(sha256Hex(joined));
        expect(sha256(...chunks).toString("hex")).toBe(sha256Hex(joined));
      }),
    );
  });
});
