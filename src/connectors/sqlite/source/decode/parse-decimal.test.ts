import fc from "fast-check";
import { expect, test } from "vitest";
import { renderDecimal } from "../../../../columns/render-value.ts";
import { parseDecimal } from "./parse-decimal.ts";

test("reads back what is rendered, at every scale", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }),
      fc.integer({ min: 0, max: 38 }),
      (unscaled, scale) => {
        expect(parseDecimal(renderDecimal(unscaled, scale), scale)).toBe(unscaled);
      },
    ),
  );
});

test.each([
  ["1e3", 2, 100_000n],
  ["-1.5E-1", 3, -150n],
  [".5", 1, 5n],
  ["5.", 1, 50n],
  ["1.2300", 2, 123n],
  ["0.000", 0, 0n],
  ["0e999", 2, 0n],
  ["1.005", 2, "precision"],
  ["1e-999", 2, "precision"],
  ["", 2, "syntax"],
  [".", 2, "syntax"],
  ["1e", 2, "syntax"],
  ["0x10", 2, "syntax"],
  ["1,5", 2, "syntax"],
  ["NaN", 2, "syntax"],
] as const)("%s at scale %i is %s", (text, scale, expected) => {
  expect(parseDecimal(text, scale)).toBe(expected);
});
