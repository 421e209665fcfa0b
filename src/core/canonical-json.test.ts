import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalize, JSON_DEPTH_MAX } from "./canonical-json.ts";
import { TidemarkError } from "./errors.ts";
import type { JsonValue } from "./json-value.ts";

/** What is not I-JSON cannot be written in its type: tests hand it over as what it pretends to be. */
function canonicalizeAny(value: unknown): string {
  return String(Reflect.apply(canonicalize, undefined, [value]));
}

function refusalOf(value: unknown): { path: unknown; reason: unknown } {
  try {
    canonicalizeAny(value);
  } catch (error) {
    if (!(error instanceof TidemarkError) || error.code !== "CORE_NOT_I_JSON") throw error;
    return { path: error.details["path"], reason: error.details["reason"] };
  }
  return expect.unreachable("it was not refused");
}

function doubleOf(hex: string): number {
  return Buffer.from(hex, "hex").readDoubleBE();
}

/** I-JSON values of every kind, with keys and strings of every script. */
const jsonValues = fc.letrec<{ value: JsonValue; object: JsonValue; array: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.maxSafeInteger(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((x) => !Number.isInteger(x) || Number.isSafeInteger(x)),
    tie("array"),
    tie("object"),
  ),
  array: fc.array(tie("value"), { maxLength: 6 }),
  object: fc.dictionary(fc.string({ unit: "binary" }), tie("value"), { maxKeys: 40, noNullPrototype: false }),
})).value;

describe("canonicalize: the examples of RFC 8785", () => {
  const numbers: readonly (readonly [string, string])[] = [
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555554", "333333333.33333325"],
    ["41b3de4355555555", "333333333.3333333"],
    ["41b3de4355555556", "333333333.3333334"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ];

  it.each(numbers)("writes the double %s of appendix B as %s", (hex, text) => {
    expect(canonicalize(doubleOf(hex))).toBe(text);
  });

  it.each([
    "7fefffffffffffff",
    "ffefffffffffffff",
    "4340000000000000",
    "c340000000000000",
    "4430000000000000",
    "44b52d02c7e14af5",
    "44b52d02c7e14af6",
    "44b52d02c7e14af7",
    "444b1ae4d6e2ef4e",
    "444b1ae4d6e2ef4f",
    "444b1ae4d6e2ef50",
  ])("refuses the double %s of appendix B, an integer that neighbours share", (hex) => {
    expect(refusalOf(doubleOf(hex)).reason).toMatch(/is beyond ±\(2\^53−1\)/);
  });

  it.each(["7fffffffffffffff", "7ff0000000000000"])(
    "refuses the double %s of appendix B as no number",
    (hex) => {
      expect(refusalOf(doubleOf(hex)).reason).toMatch(/is not a JSON number/);
    },
  );

  it("sorts keys by UTF-16 code unit (section 3.2.3)", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    const order = [
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ];
    expect([...canonicalize(value).matchAll(/:"([^"]+)"/g)].map(([, name]) => name)).toEqual(order);
  });

  it.each([
    ["arrays", '[56,{"d":true,"10":null,"1":[]}]', '[56,{"1":[],"10":null,"d":true}]'],
    [
      "french",
      '{"peach":"This sorting order","péché":"is wrong according to French","pêche":"but canonicalization MUST","sin":"ignore locale"}',
      '{"peach":"This sorting order","péché":"is wrong according to French","pêche":"but canonicalization MUST","sin":"ignore locale"}',
    ],
    [
      "structures",
      '{"1": {"f": {"f": "hi","F": 5} ,"\\n": 56.0},"10": { },"": "empty","a": { },"111": [ {"e": "yes","E": "no" } ],"A": { } }',
      '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}',
    ],
    ["unicode", '{"Unnormalized Unicode":"A\\u030a"}', '{"Unnormalized Unicode":"A\u030a"}'],
    [
      "values, without the 1E30 that the fence refuses",
      '{"numbers": [333333333.33333329, 4.50, 2e-3, 0.000000000000000000000000001], "string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null, true, false]}',
      '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ],
    [
      "weird",
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\u000a":"Newline","1":"One","\\u0080":"Control\\u007f","\\ud83d\\ude02":"Smiley","\\u00f6":"Latin Small Letter O With Diaeresis","\\ufb33":"Hebrew Letter Dalet With Dagesh","</script>":"Browser Challenge"}',
      '{"\\n":"Newline","\\r":"Carriage Return","1":"One","</script>":"Browser Challenge","\u0080":"Control\u007f","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😂":"Smiley","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ],
  ])("writes the test file %s as the RFC's author does", (_, input, output) => {
    expect(canonicalizeAny(JSON.parse(input))).toBe(output);
  });
});

describe("canonicalize: what always holds", () => {
  it("gives text that reads back as the value", () => {
    fc.assert(
      fc.property(jsonValues, (value) => {
        expect(JSON.parse(canonicalize(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("gives the same text when the text is read and written again", () => {
    fc.assert(
      fc.property(jsonValues, (value) => {
        const text = canonicalize(value);
        expect(canonicalizeAny(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it("gives one text for one hundred orders of insertion", () => {
    const entries = fc.uniqueArray(fc.tuple(fc.string({ unit: "binary" }), fc.integer()), {
      selector: ([key]) => key,
      maxLength: 50,
    });
    fc.assert(
      fc.property(
        entries.chain((some) =>
          fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
        ),
        ([some, shuffled]) => {
          expect(canonicalize(Object.fromEntries(shuffled))).toBe(canonicalize(Object.fromEntries(some)));
        },
      ),
      { numRuns: 100 },
    );
  });

  it("orders few keys and many keys alike", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: "binary" }), { maxLength: 60, size: "max" }), (keys) => {
        const text = canonicalize(Object.fromEntries(keys.map((key) => [key, 0])));
        const expected = `{${keys
          .toSorted()
          .map((key) => `${JSON.stringify(key)}:0`)
          .join(",")}}`;
        expect(text).toBe(expected);
      }),
    );
  });
});

describe("canonicalize: the fence", () => {
  class Order {
    readonly id = 1;
  }
  const withSymbol = { [Symbol("secret")]: 1 };
  const symbolArray = Object.assign([1], { [Symbol("secret")]: 1 });

  it.each([
    ["undefined", undefined, "undefined is not a JSON value"],
    ["a bigint", 1n, "a bigint is not a JSON value"],
    ["a function", () => 1, "a function is not a JSON value"],
    ["a symbol", Symbol("x"), "a symbol is not a JSON value"],
    ["a Map", new Map([["a", 1]]), "a Map is not a plain object or array"],
    ["a Set", new Set([1]), "a Set is not a plain object or array"],
    ["a Date", new Date(0), "a Date is not a plain object or array; call its toJSON first"],
    ["a typed array", new Uint8Array(1), "a Uint8Array is not a plain object or array"],
    ["a boxed number", new Number(1), "a Number is not a plain object or array"],
    ["a class instance", new Order(), "a Order is not a plain object or array"],
    [
      "an object of an unnamed class",
      Object.create({ constructor: { name: "" } }),
      "an object of a class is not a plain object or array",
    ],
    [
      "an object on a bare prototype",
      Object.create(Object.create(null)),
      "an object of a class is not a plain object or array",
    ],
    [
      "an array of a class",
      new (class Rows extends Array<number> {})(),
      "a Rows is not a plain object or array",
    ],
    [
      "an array without prototype",
      Object.setPrototypeOf([], null),
      "an object of a class is not a plain object or array",
    ],
    ["NaN", Number.NaN, "NaN is not a JSON number"],
    ["infinity", Number.NEGATIVE_INFINITY, "-Infinity is not a JSON number"],
    ["an unsafe integer", 2 ** 53, "9007199254740992 is beyond ±(2^53−1): write it as a string"],
    ["a lone high surrogate", "a\ud800", "a string holds half of a surrogate pair"],
    ["a lone low surrogate", "\udc00", "a string holds half of a surrogate pair"],
    ["a symbol key", withSymbol, "a symbol is a key"],
    ["a symbol key of an array", symbolArray, "a symbol is a key"],
    ["an array with a name", Object.assign([1], { index: 0 }), "an array with a member 'index'"],
  ])("refuses %s", (_, value, reason) => {
    expect(refusalOf(value)).toEqual({ path: "$", reason });
    expect(refusalOf({ rows: [0, { "odd key": value }] })).toEqual({ path: '$.rows[1]["odd key"]', reason });
  });

  it.each([
    ["an undefined member", { a: undefined }, "$.a", "undefined is not a JSON value"],
    ["a hole", Object.assign([1, 2, 3], { length: 4 }), "$[3]", "a hole in an array"],
    ["a method named toJSON", { toJSON: () => 1 }, "$.toJSON", "a function is not a JSON value"],
    ["a getter", Object.defineProperty({}, "a", { get: () => 1, enumerable: true }), "$.a", "an accessor"],
    ["a setter", Object.defineProperty({}, "a", { set: () => {}, enumerable: true }), "$.a", "an accessor"],
    [
      "a getter in an array",
      Object.defineProperty([1], 0, { get: () => 1, enumerable: true }),
      "$[0]",
      "an accessor",
    ],
    [
      "a hidden member",
      Object.defineProperty({}, "a", { value: 1 }),
      "$.a",
      "a member that is not enumerable",
    ],
    [
      "half a surrogate pair as a key",
      { "\ud800": 1 },
      '$["\\ud800"]',
      "the key holds half of a surrogate pair",
    ],
  ])("refuses %s and names it", (_, value, path, reason) => {
    expect(refusalOf(value)).toEqual({ path, reason });
  });

  it("finds where a value holds itself", () => {
    const inner: Record<string, unknown> = {};
    inner["again"] = [inner];
    expect(refusalOf({ list: [inner] })).toEqual({
      path: "$.list[0].again[0]",
      reason: "a cycle: this is $.list[0] again",
    });
    const root: unknown[] = [];
    root.push(root);
    expect(refusalOf(root)).toEqual({ path: "$[0]", reason: "a cycle: this is $ again" });
  });

  it("writes a value that stands in two places twice", () => {
    const shared = { a: 1 };
    expect(canonicalize([shared, shared])).toBe('[{"a":1},{"a":1}]');
  });

  it("takes 64 levels and refuses the 65th", () => {
    const nest = (levels: number): JsonValue => (levels === 0 ? 1 : [nest(levels - 1)]);
    expect(canonicalize(nest(JSON_DEPTH_MAX))).toHaveLength(2 * JSON_DEPTH_MAX + 1);
    expect(refusalOf(nest(JSON_DEPTH_MAX + 1))).toEqual({
      path: `$${"[0]".repeat(64)}`,
      reason: "more than 64 levels",
    });
  });

  it("takes an object without prototype, and a member named __proto__", () => {
    expect(canonicalizeAny(Object.assign(Object.create(null), { b: 1, a: 2 }))).toBe('{"a":2,"b":1}');
    expect(canonicalizeAny(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
  });
});
