import * as fc from "fast-check";
import { snappyUncompress } from "hyparquet/src/snappy.js";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../core/random.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import { compressSnappy } from "./snappy-compress.ts";

const noiseOf = (length: number): Uint8Array => {
  const random = seededRandom(length);
  return Uint8Array.from({ length }, () => random.next() * 256);
};

const compress = (input: Uint8Array): Uint8Array => {
  const output = new ByteBuffer();
  compressSnappy(input, output);
  return output.written();
};

const roundTrip = (input: Uint8Array): Uint8Array => {
  const output = new Uint8Array(input.length);
  if (input.length > 0) snappyUncompress(compress(input), output);
  return output;
};

describe("Snappy", () => {
  it("is undone by another implementation, for bytes that repeat in every way", () => {
    const piece = fc.record({
      bytes: fc.uint8Array({ minLength: 1, maxLength: 30 }),
      times: fc.integer({ min: 1, max: 400 }),
    });
    const property = fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
      const input = Buffer.concat(
        pieces.flatMap(({ bytes, times }) => Array.from({ length: times }, () => bytes)),
      );
      expect(Buffer.compare(roundTrip(input), input)).toBe(0);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("is undone around the edges of its 64 KiB fragments", () => {
    for (const length of [0, 1, 14, 15, 16, 65_535, 65_536, 65_537, 65_550, 131_072, 200_000]) {
      const repeating = Uint8Array.from({ length }, (_, index) => (index * index) % 7);
      expect(Buffer.compare(roundTrip(repeating), repeating)).toBe(0);
      const noise = noiseOf(length);
      expect(Buffer.compare(roundTrip(noise), noise)).toBe(0);
    }
  });

  it("takes a slice of a larger buffer as it is", () => {
    const input = Buffer.from("....abcabcabcabcabcabcabcabcabcabcabc....").subarray(4, 37);
    expect(Buffer.from(roundTrip(input)).toString()).toBe(input.toString());
  });

  it("makes repeating bytes small and noise hardly larger", () => {
    expect(compress(new Uint8Array(100_000)).length).toBeLessThan(6000);
    const noise = noiseOf(100_000);
    expect(compress(noise).length).toBeLessThan(100_100);
  });
});
