import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteBuffer } from "./byte-buffer.ts";
import { encodeHybrid } from "./rle-hybrid.ts";

/** Reads the format as the Parquet specification words it. */
function decode(bytes: Uint8Array, bitWidth: number, count: number): number[] {
  const values: number[] = [];
  let at = 0;
  while (values.length < count) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      header |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if ((header & 1) === 0) {
      let value = 0;
      for (let index = 0; index < Math.ceil(bitWidth / 8); index += 1)
        value |= (bytes[at++] ?? 0) << (index * 8);
      for (let index = 0; index < header >> 1; index += 1) values.push(value);
      continue;
    }
    for (let index = 0; index < (header >> 1) * 8; index += 1) {
      let value = 0;
      for (let bit = 0; bit < bitWidth; bit += 1) {
        const from = index * bitWidth + bit;
        value |= (((bytes[at + (from >> 3)] ?? 0) >> (from & 7)) & 1) << bit;
      }
      values.push(value);
    }
    at += (header >> 1) * bitWidth;
  }
  expect(at).toBe(bytes.length);
  return values.slice(0, count);
}

function encode(values: readonly number[], bitWidth: number, from = 0): Uint8Array {
  const target = new ByteBuffer(0);
  target.bytes.fill(0xaa);
  encodeHybrid({ indexes: Int32Array.from(values), from, to: values.length }, bitWidth, target);
  return target.written();
}

const runs = (bitWidth: number): fc.Arbitrary<number[]> =>
  fc
    .array(fc.tuple(fc.nat(2 ** bitWidth - 1), fc.integer({ min: 1, max: 70 })), {
      minLength: 1,
      maxLength: 30,
    })
    .map((pairs) => pairs.flatMap(([value, times]) => Array.from({ length: times }, () => value)));

describe("the RLE and bit-packing hybrid", () => {
  it("holds every value at every bit width, from any start", () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 16 }).chain((bitWidth) => fc.tuple(fc.constant(bitWidth), runs(bitWidth))),
      fc.nat(9),
      ([bitWidth, values], from) => {
        const start = Math.min(from, values.length - 1);
        const expected = values.slice(start);
        expect(decode(encode(values, bitWidth, start), bitWidth, expected.length)).toEqual(expected);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it("makes one run of equal values", () => {
    expect([
      ...encode(
        Array.from({ length: 1000 }, () => 3),
        2,
      ),
    ]).toEqual([0xd0, 0x0f, 3]);
  });

  it("fills the last group with zeros", () => {
    expect([...encode([1, 2, 3], 2)]).toEqual([3, 0b00_11_10_01, 0]);
  });

  it("writes nothing for no values", () => {
    expect(encode([], 4)).toHaveLength(0);
  });
});
