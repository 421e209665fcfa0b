import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TidemarkError } from "./errors.ts";
import { parseDuration } from "./parse-duration.ts";
import { parseRate } from "./parse-rate.ts";
import { parseShare } from "./parse-share.ts";
import { parseSize } from "./parse-size.ts";

function messageFrom(parse: () => number): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof TidemarkError && error.code === "CORE_BAD_VALUE") return error.message;
    throw error;
  }
  return expect.unreachable("it was not refused");
}

describe("parseDuration", () => {
  it.each([
    ["250ms", 250],
    ["5s", 5_000],
    ["15m", 900_000],
    ["1h", 3_600_000],
    ["7d", 604_800_000],
    ["0s", 0],
    ["1.5h", 5_400_000],
    ["1.1s", 1_100],
    ["0.001s", 1],
    [" 5 s ", 5_000],
  ])("reads %j", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    "5",
    "",
    "s",
    "-5s",
    "5S",
    "5 sec",
    "5  s",
    "1h30m",
    "1e3s",
    ".5s",
    "5.s",
    "0.5ms",
    "1,5s",
    "9e99s",
    "200000000000d",
    "5constructor",
  ])("refuses %j and shows the accepted forms", (text) => {
    expect(messageFrom(() => parseDuration(text))).toBe(
      `duration '${text}' is not understood; write it as a number with a unit, such as 250ms, 5s, 15m, 1h or 7d`,
    );
  });

  it("is exact for every decimal that is a whole number of milliseconds", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 999 }), (seconds, ms) => {
        expect(parseDuration(`${seconds}.${String(ms).padStart(3, "0")}s`)).toBe(seconds * 1_000 + ms);
      }),
    );
  });
});

describe("parseSize", () => {
  it.each([
    ["512B", 512],
    ["64kB", 64_000],
    ["64KB", 64_000],
    ["64MB", 64_000_000],
    ["2GB", 2_000_000_000],
    ["1TB", 1_000_000_000_000],
    ["64KiB", 65_536],
    ["64MiB", 67_108_864],
    ["2GiB", 2_147_483_648],
    ["1TiB", 1_099_511_627_776],
    ["1.5GiB", 1_610_612_736],
    ["16 MB", 16_000_000],
  ])("reads %j", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(["64", "64mb", "64Mb", "64M", "0.5B", "9999999TB"])(
    "refuses %j and shows the accepted forms",
    (text) => {
      expect(messageFrom(() => parseSize(text))).toContain(
        `size '${text}' is not understood; write it as a number with a unit, such as 512B, 64kB`,
      );
    },
  );
});

describe("parseRate", () => {
  it.each([
    ["50000/s", 50_000],
    ["30/min", 0.5],
    ["30/m", 0.5],
    ["7200/h", 2],
    ["864/day", 0.01],
    ["864/d", 0.01],
    ["0.5/s", 0.5],
    ["10 / s", 10],
  ])("reads %j as a number per second", (text, perSecond) => {
    expect(parseRate(text)).toBe(perSecond);
  });

  it.each(["50000", "/s", "5/week", "-1/s", "5/S", "9007199254740993/s", "5/constructor"])(
    "refuses %j and shows the accepted forms",
    (text) => {
      expect(messageFrom(() => parseRate(text))).toBe(
        `rate '${text}' is not understood; write it as a number per unit of time, such as 50000/s, 30/min, 100/h or 200/day`,
      );
    },
  );
});

describe("parseShare", () => {
  it.each([
    ["1%", 0.01],
    ["0%", 0],
    ["100%", 1],
    ["0.07%", 0.0007],
    ["12.5 %", 0.125],
  ])("reads %j", (text, share) => {
    expect(parseShare(text)).toBe(share);
  });

  it.each(["1", "0.01", "101%", "100.1%", "-1%", "%", ""])(
    "refuses %j and shows the accepted forms",
    (text) => {
      expect(messageFrom(() => parseShare(text))).toBe(
        `share '${text}' is not understood; write it as a percentage from 0% to 100%, such as 1% or 0.5%`,
      );
    },
  );
});
