import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyBits, countOnes } from "./copy-bits.ts";

const bitsOf = (bytes: Uint8Array): number[] =>
  [...bytes].flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1));

describe("bitmaps", () => {
  it("are copied from any bit to any bit, the rest of the last byte becoming zero", () => {
    const property = fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.nat(60),
      fc.nat(60),
      fc.nat(400),
      (source, sourceBit, targetBit, wanted) => {
        const from = Math.min(sourceBit, source.length * 8);
        const count = Math.min(wanted, source.length * 8 - from);
        const target = new Uint8Array(64).fill(0xff);
        copyBits({ bytes: source, bit: from }, { bytes: target, bit: targetBit }, count);
        const copied = bitsOf(target);
        const expected = bitsOf(new Uint8Array(64).fill(0xff));
        expected.splice(targetBit, count, ...bitsOf(source).slice(from, from + count));
        const end = targetBit + count;
        if (count > 0) for (let bit = end; bit < Math.ceil(end / 8) * 8; bit += 1) expected[bit] = 0;
        expect(copied).toEqual(expected);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it("count their ones between any two bits", () => {
    const property = fc.property(
      fc.uint8Array({ maxLength: 30 }),
      fc.nat(240),
      fc.nat(240),
      (bytes, one, other) => {
        const from = Math.min(one, other, bytes.length * 8);
        const to = Math.min(Math.max(one, other), bytes.length * 8);
        const ones = bitsOf(bytes)
          .slice(from, to)
          .filter((bit) => bit === 1);
        expect(countOnes(bytes, from, to)).toBe(ones.length);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});
