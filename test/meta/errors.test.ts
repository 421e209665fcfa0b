/** Holds the table of errors, docs/errors.md, the code that raises them and the tests that prove it together. */
import { describe, expect, it } from "vitest";
import { ERROR_CODES, type ErrorCode } from "../../src/core/error-codes.ts";
import { productionFiles, readFile, testFiles } from "./source-files.ts";

/** Codes that nothing raises yet. May only shrink: a row that is raised fails until it is removed. */
const NOT_RAISED_YET: readonly ErrorCode[] = [];

/** Codes that no test names yet. May only shrink: a row that a test names fails until it is removed. */
const NOT_TESTED_YET: readonly ErrorCode[] = [];

/** What a shell sees when the command line ends. */
const EXIT_CODES = ["0", "1", "2", "3", "4", "5", "6", "130", "141", "143"];

const codes = Object.keys(ERROR_CODES);
const rows = tableRows(readFile("docs/errors.md"));

describe("docs/errors.md", () => {
  it("lists every code of the table with its kind, retry and exit code, and no other", () => {
    const documented = rows
      .filter(([first = ""]) => /^`[A-Z]+_/.test(first))
      .map(([code = "", kind, retry, exit]) => [code.replaceAll("`", ""), kind, retry, exit]);
    const expected = Object.entries(ERROR_CODES).map(([code, { kind, retry, exit }]) => [
      code,
      kind,
      retry,
      `${exit}`,
    ]);
    expect(sorted(documented)).toEqual(sorted(expected));
  });

  it("says of each code what it means, in words of its own", () => {
    const meanings = rows.filter(([first = ""]) => /^`[A-Z]+_/.test(first)).map((cells) => cells[4] ?? "");
    expect(meanings.filter((meaning) => meaning.length < 20)).toEqual([]);
    expect(new Set(meanings).size).toBe(meanings.length);
  });

  it("lists every exit code", () => {
    const documented = rows.map(([first = ""]) => first).filter((first) => /^\d+$/.test(first));
    expect(documented).toEqual(EXIT_CODES);
  });

  it("lists every exit code that an error can have", () => {
    const used = new Set(Object.values(ERROR_CODES).map(({ exit }) => `${exit}`));
    expect([...used].filter((exit) => !EXIT_CODES.includes(exit))).toEqual([]);
  });
});

describe("every code", () => {
  const production = productionFiles().filter(({ path }) => path !== "src/core/error-codes.ts");

  it("is raised somewhere", () => {
    const raised = mentioned(production.map(({ text }) => text.replaceAll(/^\s*(\/\*\*|\*|\/\/).*$/gm, "")));
    expect(compare(raised, NOT_RAISED_YET)).toEqual({ unlisted: [], needless: [] });
  });

  it("is named by a test", () => {
    const tested = mentioned(testFiles().map(({ text }) => text));
    expect(compare(tested, NOT_TESTED_YET)).toEqual({ unlisted: [], needless: [] });
  });
});

interface Comparison {
  /** neither mentioned nor listed as missing: raise or test it */
  readonly unlisted: readonly string[];
  /** listed as missing, and mentioned or gone: remove its row */
  readonly needless: readonly string[];
}

function compare(found: ReadonlySet<string>, listed: readonly string[]): Comparison {
  return {
    unlisted: codes.filter((code) => !found.has(code) && !listed.includes(code)),
    needless: listed.filter((code) => found.has(code) || !codes.includes(code)),
  };
}

function mentioned(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap((text) => text.match(/\b[A-Z]+(?:_[A-Z0-9]+)+\b/g) ?? []));
}

function tableRows(markdown: string): readonly (readonly string[])[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

function sorted<T extends readonly unknown[]>(list: readonly T[]): readonly T[] {
  return list.toSorted(([left], [right]) => String(left).localeCompare(String(right)));
}
