import { describe, expect, it } from "vitest";
import { type Finding, findBanned, findSilenced } from "./find-banned.ts";
import { productionFiles, testFiles } from "./source-files.ts";

/**
 * Places that need what is banned, each with its reason. The list may only shrink: a row that allows nothing any more fails.
 */
const EXCEPTIONS: readonly { readonly path: string; readonly rule: string; readonly reason: string }[] = [];

describe("the ban list", () => {
  it("holds for what is published", () => {
    const findings = productionFiles().flatMap(findBanned);
    expect(findings.filter((finding) => !isAllowed(finding)).map(describeFinding)).toEqual([]);
  });

  it("has no exception that nothing needs", () => {
    const findings = productionFiles().flatMap(findBanned);
    const needless = EXCEPTIONS.filter(
      ({ path, rule }) => !findings.some((finding) => finding.path === path && finding.rule === rule),
    );
    expect(needless).toEqual([]);
  });

  it("holds for tests: none is turned off without a word", () => {
    expect(testFiles().flatMap(findSilenced).map(describeFinding)).toEqual([]);
  });
});

const CAUGHT = [
  ["Date.now", "Date.now();"],
  ["Date.now", "globalThis.Date.now();"],
  ["Date.now", "const clock = Date.now;"],
  ["new Date()", "new Date();"],
  ["new Date()", "new Date;"],
  ["Math.random", "Math.random();"],
  ["performance.now", "performance.now();"],
  ["process.hrtime", "process.hrtime.bigint();"],
  ["timer", "setTimeout(() => {}, 1);"],
  ["timer", 'import { setTimeout as sleep } from "node:timers/promises";'],
  ["timer", 'import * as timers from "node:timers";'],
  ["new Error", 'throw new Error("x");'],
  ["new Error", 'throw RangeError("x");'],
  ["console", 'console.log("x");'],
  ["process.exit", "process.exit(1);"],
  ["any", "let x: any;"],
  ["non-null assertion", "x!.y;"],
  ["enum", "enum X { A }"],
  ["namespace", "namespace X { export const a = 1; }"],
  ["default export", "export default 1;"],
  ["default export", "export default function f() {}"],
  ["default export", "const a = 1; export { a as default };"],
  ["unfinished", "// TODO: later"],
] as const;

const PASSED = [
  "new Date(0);",
  "// Date.now() is not for us",
  'const text = "console.log(new Error(1))";',
  "class MyError extends Error {}",
  "clock.now();",
  "switch (x) { default: break; }",
  'declare module "x";',
  "const doTimeout = { setTimeout: 1 };",
  "x !== y;",
  'import { setImmediate } from "node:timers/promises"; await setImmediate();',
];

describe("findBanned", () => {
  it.each(CAUGHT)("catches %s in %j", (rule, text) => {
    expect(findBanned({ path: "src/pipeline/a.ts", text })).toEqual([
      { rule, path: "src/pipeline/a.ts", line: 1 },
    ]);
  });

  it.each(PASSED)("passes %j", (text) => {
    expect(findBanned({ path: "src/pipeline/a.ts", text })).toEqual([]);
  });

  it("allows the machine's time, chance and errors to core alone, and the console to the command line alone", () => {
    const text = 'Date.now(); Math.random(); setTimeout(f, 1); throw new Error("x");';
    expect(findBanned({ path: "src/core/a.ts", text })).toEqual([]);
    expect(findBanned({ path: "src/cli/a.ts", text: "console.log(1);" })).toEqual([]);
    expect(findBanned({ path: "src/core/a.ts", text: "console.log(1);" })).toHaveLength(1);
  });

  it.each(["types", "utils", "string-utils", "helpers", "common", "manager", "run-manager"])(
    "catches a file called %s",
    (name) => {
      expect(findBanned({ path: `src/pipeline/${name}.ts`, text: "" })).toHaveLength(1);
    },
  );

  it.each(["logical-type", "infer-types", "prototypes"])("passes a file called %s", (name) => {
    expect(findBanned({ path: `src/columns/${name}.ts`, text: "" })).toEqual([]);
  });
});

describe("findSilenced", () => {
  it.each([
    "it.only('x', f);",
    "describe.skip('x', f);",
    "test.skipIf(a)('x', f);",
    "it.each([1]).skip('x', f);",
    "context.skip();",
  ])("catches %j", (text) => {
    expect(findSilenced({ path: "src/a.test.ts", text })).toHaveLength(1);
  });

  it.each(["it.each([1])('x', f);", "skipLoudly('no server');", "reader.skip(3);"])("passes %j", (text) => {
    expect(findSilenced({ path: "src/a.test.ts", text })).toEqual([]);
  });
});

function isAllowed({ path, rule }: Finding): boolean {
  return EXCEPTIONS.some((exception) => exception.path === path && exception.rule === rule);
}

function describeFinding({ rule, path, line }: Finding): string {
  return `${path}:${line}: ${rule}`;
}
