import fc from "fast-check";
import { expect, test } from "vitest";
import { DAYS_MAX, DAYS_MIN } from "../../../../columns/civil-date.ts";
import { renderDays } from "../../../../columns/render-value.ts";
import { parseDays, type ParsedTime, parseTime, parseZone } from "./parse-temporal.ts";

test("reads back every day there is", () => {
  fc.assert(
    fc.property(fc.integer({ min: DAYS_MIN, max: DAYS_MAX }), (days) => {
      expect(parseDays(renderDays(days))).toBe(days);
    }),
    { numRuns: 2000, examples: [[DAYS_MIN], [DAYS_MAX], [0], [-1]] },
  );
});

test.each([
  ["2023-02-29", "range"],
  ["2024-02-29", 19_782],
  ["2024-04-31", "range"],
  ["2024-12-32", "range"],
  ["2024-00-10", "range"],
  ["2024-01-00", "range"],
  ["0000-12-31", "range"],
  ["20000-01-01", "range"],
  ["-0001-01-01", "range"],
  ["2024-1-01", "syntax"],
  ["2024/01/01", "syntax"],
  ["2024-01-0:", "syntax"],
  ["2024-01-", "syntax"],
  ["", "syntax"],
  ["２０２４-01-01", "syntax"],
] as const)("%s is %s", (text, expected) => {
  expect(parseDays(text)).toBe(expected);
});

test.each([
  ["23:59:59.5", 6, { seconds: 86_399, fraction: 500_000, end: 10 }],
  ["00:00", 3, { seconds: 0, fraction: 0, end: 5 }],
  ["12:00:00.", 6, "syntax"],
  ["12:60", 6, "range"],
  ["12:00:60", 6, "range"],
  ["12:00:00.0001", 3, "precision"],
  ["12:00:00.1000000000000", 3, { seconds: 43_200, fraction: 100, end: 22 }],
  ["1:00", 6, "syntax"],
] as const)("the time %s with %i digits is %o", (text, digits, expected) => {
  const into: ParsedTime = { seconds: 0, fraction: 0, end: 0 };
  expect(parseTime(text, 0, digits, into) ?? into).toEqual(expected);
});

test.each([
  ["", null],
  ["Z", 0],
  ["z", 0],
  ["+05:30", 19_800],
  ["-14:00", -50_400],
  ["+15:00", "range"],
  ["+0530", "syntax"],
  [" Z", "syntax"],
] as const)("the zone '%s' is %s", (text, expected) => {
  expect(parseZone(text, 0)).toBe(expected);
});
