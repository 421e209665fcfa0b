import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Environment, expandVariables } from "./expand-variables.ts";

const env: Environment = { NAME: "orders", EMPTY: "", OTHER: "${NAME}" };

function expanded(text: string): string | undefined {
  const result = expandVariables(text, env);
  return result.kind === "expanded" ? result.text : undefined;
}

describe("expandVariables", () => {
  it.each([
    ["${NAME}", "orders"],
    ["a ${NAME}-${NAME} b", "a orders-orders b"],
    ["${EMPTY}", ""],
    ["${NAME:-x}", "orders"],
    ["${EMPTY:-x}", "x"],
    ["${UNSET:-}", ""],
    ["${UNSET:-a: b, c # d}", "a: b, c # d"],
    ["${UNSET:-${NAME}}", "orders"],
    ["${UNSET:-${NAME}/${UNSET:-deep}}", "orders/deep"],
    ["${NAME:?must be there}", "orders"],
    ["$$", "$"],
    ["$${NAME}", "${NAME}"],
    ["$$$${NAME}", "$${NAME}"],
    ["$1 and a$", "$1 and a$"],
  ])("reads %s as %s", (text, result) => {
    expect(expanded(text)).toBe(result);
  });

  it("never expands what a variable holds", () => {
    expect(expanded("${OTHER}")).toBe("${NAME}");
  });

  it("names the variable that is not set, with its message", () => {
    expect(expandVariables("${UNSET}", env)).toEqual({ kind: "unset", variable: "UNSET", message: "" });
    expect(expandVariables("${EMPTY:?give it}", env)).toEqual({
      kind: "unset",
      variable: "EMPTY",
      message: "give it",
    });
  });

  it.each([
    ["a ${NAME}-${NAME} b", "a ${NAME}-${NAME} b"],
    ["${NAME:-x}", "${NAME}"],
    ["${UNSET:-x}", "x"],
    ["${UNSET:-${NAME}/y}", "${NAME}/y"],
    ["$$${NAME}", "$${NAME}"],
    ["plain", "plain"],
  ])("shows %s as %s: values by their names, what is written as it is", (text, shown) => {
    expect(expandVariables(text, env)).toMatchObject({ shown });
  });

  it("tells the values that variables gave, not defaults", () => {
    expect(expandVariables("${NAME}/${UNSET:-x}", env)).toMatchObject({
      values: [{ value: "orders", shown: "${NAME}" }],
    });
  });

  it("does not take what objects inherit for a variable", () => {
    expect(expandVariables("${constructor}", env).kind).toBe("unset");
  });

  it.each(["${", "${NAME", "${}", "${NAME-x}", "${1X}", "${A B}", "${NAME:+x}"])("refuses %s", (text) => {
    expect(expandVariables(text, env).kind).toBe("malformed");
  });

  it("refuses defaults that nest without end", () => {
    expect(expandVariables(`${"${U:-".repeat(50)}x${"}".repeat(50)}`, {}).kind).toBe("malformed");
  });

  it("reads back any text whose dollars are doubled", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("$", "{", "}", "a", ":", "-", "é") }), (text) => {
        expect(expanded(text.replaceAll("$", "$$$$"))).toBe(text);
      }),
    );
  });
});
