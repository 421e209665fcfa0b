import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatBytes, formatCount, formatCountShort, formatDuration } from "./format-quantity.ts";
import { parseSize } from "./parse-size.ts";

describe("formatCount", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1_234_567, "1,234,567"],
    [Number.MAX_SAFE_INTEGER, "9,007,199,254,740,991"],
  ])("writes %d as %s", (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});

describe("formatCountShort", () => {
  it.each([
    [0, "0"],
    [950, "950"],
    [999.4, "999"],
    [999.6, "1.0 k"],
    [1_000, "1.0 k"],
    [9_949, "9.9 k"],
    [9_951, "10 k"],
    [612_345, "612 k"],
    [999_499, "999 k"],
    [999_500, "1.0 M"],
    [3_100_000, "3.1 M"],
    [12_000_000_000, "12 G"],
    [5e15, "5000 T"],
  ])("writes %d as %s", (count, text) => {
    expect(formatCountShort(count)).toBe(text);
  });
});

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [512, "512 B"],
    [1_500, "1.5 kB"],
    [186_400_000, "186 MB"],
    [1_200_000_000, "1.2 GB"],
  ])("writes %d as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it("writes what parseSize reads, within its rounding", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e14 }), (bytes) => {
        expect(Math.abs(parseSize(formatBytes(bytes)) - bytes)).toBeLessThanOrEqual(bytes / 19);
      }),
    );
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0 ms"],
    [0.4, "0 ms"],
    [999.4, "999 ms"],
    [999.6, "1.0 s"],
    [6_400, "6.4 s"],
    [9_949, "9.9 s"],
    [9_950, "10 s"],
    [59_499, "59 s"],
    [59_500, "1 m"],
    [192_000, "3 m 12 s"],
    [3_599_400, "59 m 59 s"],
    [3_599_600, "1 h"],
    [7_500_000, "2 h 5 m"],
    [86_399_000, "1 d"],
    [273_600_000, "3 d 4 h"],
  ])("writes %d as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
