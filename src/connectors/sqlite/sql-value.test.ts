import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeKeyValue, encodeKeyValue, TextBytes } from "./sql-value.ts";

test("a key value survives JSON, to the bit", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.constant(null),
        fc.string(),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true }),
        fc.uint8Array({ maxLength: 20 }),
      ),
      (value) => {
        const back = decodeKeyValue(JSON.parse(JSON.stringify(encodeKeyValue(value))));
        if (value instanceof Uint8Array) expect(Buffer.from(back as Uint8Array).equals(value)).toBe(true);
        else expect(Object.is(back, value)).toBe(true);
      },
    ),
    { examples: [[-0], [0], [Number.POSITIVE_INFINITY], [2 ** 53]] },
  );
});

test("integers beyond 2^53 keep every digit, and small ones are plain numbers", () => {
  expect(encodeKeyValue(9_223_372_036_854_775_807n)).toEqual({ int: "9223372036854775807" });
  expect(decodeKeyValue({ int: "-9223372036854775808" })).toBe(-9_223_372_036_854_775_808n);
  expect(encodeKeyValue(12n)).toBe(12);
});

test("text that is not valid UTF-8 is kept as its bytes", () => {
  const encoded = encodeKeyValue(new TextBytes(Uint8Array.of(0xff, 0x41)));
  expect(encoded).toEqual({ text: "/0E=" });
  expect(decodeKeyValue(encoded)).toBeInstanceOf(TextBytes);
});
