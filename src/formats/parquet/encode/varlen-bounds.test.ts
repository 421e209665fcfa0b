import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BOUND_BYTES_MAX, lowerBound, upperBound } from "./varlen-bounds.ts";

const utf8 = (text: string): Buffer => Buffer.from(text, "utf8");

const raised = (text: string): string => Buffer.from(upperBound(utf8(text), true)?.bytes ?? []).toString();

describe("bounds of text and bytes", () => {
  it("keep values up to 64 bytes whole and exact", () => {
    const value = utf8("é".repeat(32));
    expect(lowerBound(value, true)).toEqual({ bytes: new Uint8Array(value), exact: true });
    expect(upperBound(value, true)).toEqual({ bytes: new Uint8Array(value), exact: true });
  });

  it("enclose longer values, in at most one byte more than the limit, and say they are inexact", () => {
    const bytes = fc.uint8Array({ minLength: BOUND_BYTES_MAX + 1, maxLength: 200 });
    const property = fc.property(bytes, (value) => {
      const min = lowerBound(value, false);
      const max = upperBound(value, false);
      expect(min?.exact).toBe(false);
      expect(Buffer.compare(min?.bytes ?? value, value)).toBe(-1);
      if (max !== undefined) expect(Buffer.compare(max.bytes, value)).toBe(1);
      expect(max?.bytes.length ?? 0).toBeLessThanOrEqual(BOUND_BYTES_MAX + 1);
    });
    fc.assert(property);
  });

  it("stay valid UTF-8 where text is cut", () => {
    const text = fc.string({ minLength: 40, maxLength: 90, unit: "grapheme" });
    const property = fc.property(text, (value) => {
      const encoded = utf8(value.toWellFormed());
      if (encoded.length <= BOUND_BYTES_MAX) return;
      for (const bound of [lowerBound(encoded, true), upperBound(encoded, true)])
        expect(() => new TextDecoder("utf-8", { fatal: true }).decode(bound?.bytes)).not.toThrow();
      expect(Buffer.compare(lowerBound(encoded, true)?.bytes ?? encoded, encoded)).toBe(-1);
      expect(Buffer.compare(upperBound(encoded, true)?.bytes ?? Buffer.alloc(0), encoded)).toBe(1);
    });
    fc.assert(property);
  });

  it("raise the last character, past surrogates and past characters that cannot be raised", () => {
    expect(raised("a".repeat(100))).toBe(`${"a".repeat(63)}b`);
    expect(raised("\ud7ff".repeat(30))).toBe(`${"\ud7ff".repeat(20)}\ue000`);
    expect(raised(`a${"\u{10ffff}".repeat(20)}`)).toBe("b");
  });

  it("are absent above bytes and characters that have no successor, and for text that is not UTF-8", () => {
    expect(upperBound(new Uint8Array(65).fill(0xff), false)).toBeUndefined();
    expect(upperBound(utf8("\u{10ffff}".repeat(20)), true)).toBeUndefined();
    expect(upperBound(new Uint8Array(65).fill(0xff), true)).toBeUndefined();
    expect(lowerBound(new Uint8Array(65).fill(0xc3), true)).toBeUndefined();
  });

  it("drop trailing 0xff before raising bytes", () => {
    const value = Uint8Array.from({ length: 70 }, (_, index) => (index < 3 ? index + 1 : 0xff));
    expect(upperBound(value, false)).toEqual({ bytes: Uint8Array.of(1, 2, 4), exact: false });
  });
});
