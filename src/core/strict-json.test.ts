import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalize } from "./canonical-json.ts";
import { TidemarkError } from "./errors.ts";
import { isExactNumber } from "./exact-number.ts";
import { parseStrictJson } from "./strict-json.ts";

function refusalOf(text: string): { offset: unknown; reason: unknown } {
  try {
    parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof TidemarkError) || error.code !== "CORE_JSON_SYNTAX") throw error;
    return { offset: error.details["offset"], reason: error.details["reason"] };
  }
  return expect.unreachable("it was not refused");
}

describe("parseStrictJson: what it reads", () => {
  it.each([
    "null",
    " true ",
    "false",
    "0",
    "-0",
    "1.50",
    "1e3",
    "9007199254740991",
    "-9007199254740991",
    "0.1",
    "0.10000000000000001",
    "1.7976931348623157",
    "5e-324",
    '""',
    '"\\u00e9\\ud83d\\ude00\\n\\"\\\\\\/"',
    "[]",
    "[ ]",
    "{ }",
    '\t{ "a" : [ 1 , 2 ] ,\r\n "b" : { } }\n',
  ])("reads %j as JSON.parse does", (text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it("reads whatever canonicalize writes, and what JSON.stringify writes with spaces", () => {
    const values = fc.jsonValue({ noUnicodeString: false }).filter((value) => isFenced(value));
    fc.assert(
      fc.property(values, (value) => {
        const expected: unknown = JSON.parse(JSON.stringify(value));
        expect(parseStrictJson(JSON.stringify(value))).toEqual(expected);
        expect(parseStrictJson(JSON.stringify(value, null, 2))).toEqual(expected);
      }),
    );
  });

  it("agrees with JSON.parse on what is JSON, for text of JSON's own letters", () => {
    const unit = fc.constantFrom(...Array.from('{}[]:,"\\ 0123456789-+.eEtrufalsn\n'));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        const strict = outcomeOf(() => parseStrictJson(text));
        if (strict !== undefined) expect(strict).toEqual(outcomeOf(() => JSON.parse(text)));
        else if (!text.includes("e") && !text.includes("E")) expectStricterForAReason(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it("keeps a member named __proto__ a member", () => {
    const value = parseStrictJson('{"__proto__":{"a":1}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(Object(value))).toEqual(["__proto__"]);
    expect(refusalOf('{"__proto__":1,"__proto__":2}').offset).toBe(15);
  });
});

describe("parseStrictJson: what it refuses", () => {
  it.each([
    ['{"a":1,"a":2}', 7, 'key "a" stands there twice'],
    ['{"a":1,"\\u0061":2}', 7, 'key "a" stands there twice'],
    ["9007199254740992", 0, "9007199254740992 is beyond ±(2^53−1): write it as a string"],
    ["[1e21]", 1, "1e21 is beyond ±(2^53−1): write it as a string"],
    ["1e400", 0, "1e400 does not fit a double exactly: write it as a string"],
    ["1e-400", 0, "1e-400 does not fit a double exactly: write it as a string"],
    ["3e-324", 0, "3e-324 does not fit a double exactly: write it as a string"],
    [
      "0.12345678901234567891",
      0,
      "0.12345678901234567891 does not fit a double exactly: write it as a string",
    ],
    ['["é","\\ud800"]', 6, "a string holds half of a surrogate pair"],
    ['{"\udc00":1}', 1, "a string holds half of a surrogate pair"],
    ["1 2", 2, "text after the value"],
    ["", 0, "expected a value, found the end"],
    ["nul", 0, 'expected a value, found "n"'],
    ["[😀]", 1, 'expected a value, found "😀"'],
    ["\ufeff1", 0, 'expected a value, found "\ufeff"'],
    ["[1,]", 3, 'expected a value, found "]"'],
    ["[1 2]", 3, "expected ',' or ']', found \"2\""],
    ['{"a":1', 6, "expected ',' or '}', found the end"],
    ['{"a" 1}', 5, "expected ':', found \"1\""],
    ["{a:1}", 1, 'expected a key in quotes, found "a"'],
    ['{"a":1,}', 7, 'expected a key in quotes, found "}"'],
    ['"abc', 0, "a string without its closing quote"],
    ['"a\tb"', 0, "a string with a control character or a wrong escape"],
    ['"\\x41"', 0, "a string with a control character or a wrong escape"],
    ["01", 1, "text after the value"],
    ["+1", 0, 'expected a value, found "+"'],
  ])("refuses %j", (text, offset, reason) => {
    expect(refusalOf(text)).toEqual({ offset, reason });
  });

  it("takes 64 levels and refuses the 65th", () => {
    expect(parseStrictJson("[".repeat(64) + "]".repeat(64))).toBeDefined();
    expect(refusalOf("[".repeat(65) + "]".repeat(65))).toEqual({ offset: 64, reason: "more than 64 levels" });
    expect(refusalOf('{"a":'.repeat(65))).toEqual({ offset: 64 * 5, reason: "more than 64 levels" });
  });

  it("reads a string of a million escapes", () => {
    const text = JSON.stringify('\n\\"'.repeat(1_000_000));
    expect(parseStrictJson(text)).toHaveLength(3_000_000);
  });
});

describe("isExactNumber", () => {
  it("holds for whatever is printed from a double, in the shortest form or with seventeen digits", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(isExactNumber(String(value), value)).toBe(true);
        expect(isExactNumber(value.toPrecision(17), value)).toBe(true);
      }),
    );
  });

  it.each(["0.1000000000000000055511151231257827", "0.000e5", "100e-2", "1E2"])("holds for %s", (literal) => {
    expect(isExactNumber(literal, Number(literal))).toBe(true);
  });

  it.each(["0.123456789012345678", `0.${"1".repeat(101)}`, "2.2250738585072011e-308"])(
    "fails for %s",
    (literal) => {
      expect(isExactNumber(literal, Number(literal))).toBe(false);
    },
  );
});

function isFenced(value: unknown): boolean {
  return outcomeOf(() => Reflect.apply(canonicalize, undefined, [value])) !== undefined;
}

function outcomeOf(parse: () => unknown): { readonly value: unknown } | undefined {
  try {
    return { value: parse() };
  } catch {
    return undefined;
  }
}

/** Where JSON.parse takes what we refuse, one of the stated reasons must be there. */
function expectStricterForAReason(text: string): void {
  if (outcomeOf(() => JSON.parse(text)) === undefined) return;
  expect(String(refusalOf(text).reason)).toMatch(/twice|beyond|exactly/);
}
