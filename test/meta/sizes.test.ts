/** The size ratchet: limits of the house, with exceptions that may only go. */
import { describe, expect, it } from "vitest";
import { countLines, measureFunctions } from "./measure-source.ts";
import { productionFiles, sourceFiles } from "./source-files.ts";

const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 400;
const PARAMETERS_MAX = 4;
/** Above it, logic has leaked into the composition root. */
const RUNTIME_LINES_MAX = 600;

/**
 * Files and functions (`path` or `path: name`) that are larger, each with its own bound. Never add one: split the function.
 * An exception that is no longer needed, or whose bound can be lowered, fails until it is.
 */
const EXCEPTIONS: ReadonlyMap<string, number> = new Map<string, number>([]);

describe("sizes", () => {
  const files = productionFiles();
  const functions = files.flatMap(measureFunctions);

  it("sees the source", () => {
    expect(files.length).toBeGreaterThan(100);
    expect(functions.length).toBeGreaterThan(500);
  });

  it(`hold every function to ${FUNCTION_LINES_MAX} lines`, () => {
    const long = functions.filter((one) => one.lineCount > boundOf(one.where, FUNCTION_LINES_MAX));
    expect(long.map(({ where, lineCount }) => `${where} has ${lineCount} lines`)).toEqual([]);
  });

  it(`hold every function to ${PARAMETERS_MAX} positional parameters`, () => {
    const wide = functions.filter((one) => one.parameterCount > PARAMETERS_MAX);
    expect(wide.map(({ where, parameterCount }) => `${where} has ${parameterCount}`)).toEqual([]);
  });

  it(`hold every file, tests too, to ${FILE_LINES_MAX} lines`, () => {
    const all = sourceFiles("src", "test", "bench", "examples");
    const long = all.filter(({ path, text }) => countLines(text) > boundOf(path, FILE_LINES_MAX));
    expect(long.map(({ path, text }) => `${path} has ${countLines(text)} lines`)).toEqual([]);
  });

  it(`hold the composition root to ${RUNTIME_LINES_MAX} lines`, () => {
    const runtime = files.filter(({ path }) => path.startsWith("src/runtime/"));
    const lineCount = runtime.reduce((sum, { text }) => sum + countLines(text), 0);
    expect(lineCount).toBeLessThanOrEqual(RUNTIME_LINES_MAX);
    expect(lineCount).toBeGreaterThan(0);
  });

  it("have no exception that is not needed as it stands", () => {
    const found = new Map([
      ...sourceFiles("src", "test", "bench", "examples").map(
        ({ path, text }) => [path, countLines(text)] as const,
      ),
      ...functions.map(({ where, lineCount }) => [where, lineCount] as const),
    ]);
    const stale = [...EXCEPTIONS].filter(([where, bound]) => found.get(where) !== bound);
    expect(
      stale.map(([where]) => `${where} has ${found.get(where) ?? "gone"}: lower or remove its row`),
    ).toEqual([]);
  });
});

describe("measureFunctions", () => {
  it("measures declarations, methods, accessors, constructors and arrows, and no signature without a body", () => {
    const text = `
      declare function seen(a: 1): void;
      export function plain(a: 1, b: 2): void {
        call(() => {
          return 1;
        });
      }
      class Box { constructor() {} get size() { return 1; } fill(a: 1, b: 2, c: 3) {
      } }
      export const arrow = (a: 1): number =>
        a;
      export const table = { row: (a: 1) => a };`;
    const sizes = measureFunctions({ path: "x.ts", text });
    expect(sizes.map(({ where, lineCount, parameterCount }) => [where, lineCount, parameterCount])).toEqual([
      ["x.ts: plain", 5, 2],
      ["x.ts: plain", 3, 0],
      ["x.ts: constructor", 1, 0],
      ["x.ts: size", 1, 0],
      ["x.ts: fill", 2, 3],
      ["x.ts: arrow", 2, 1],
      ["x.ts: row", 1, 1],
    ]);
  });
});

function boundOf(where: string, bound: number): number {
  return EXCEPTIONS.get(where) ?? bound;
}
