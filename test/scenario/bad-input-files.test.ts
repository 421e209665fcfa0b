/** Bad CSV, NDJSON and text: each ends in a clear error before any byte, or in a counted quarantine with the row's bytes. */
import { existsSync, mkdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { duckRows, duckValue } from "../support/duck.ts";
import { type TempProject, tempProject } from "../support/temp-project.ts";
import { expectBalanced, filePipeline, refusedRows, runJson, type ShownError } from "./command-line.ts";

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  "empty.csv": "",
  "header.csv": "id,name\n",
  "ragged.csv": 'id,name,amount\n1,Ann,1.5\n2,Bob\n3,Cid,3,extra\n5,"Eve",5\n4,"unclosed,4\n',
  "latin1.csv": Buffer.from("id,name\n1,Zoë\n2,Ann\n", "latin1"),
  "utf16.csv": Buffer.from("\uFEFFid,name\n1,Ann\n", "utf16le"),
  "bom.csv": "\uFEFFid,name\n1,Ann\n",
  "nul.csv": "id,name\n1,A\0B\n2,\0\n",
  "same.csv": "id,id\n1,2\n",
  "range.csv":
    "id,tiny,whole,money\n1,127,9223372036854775807,999.99\n2,128,1,1\n3,1,9223372036854775808,1\n4,1,1,1000.00\n5,1,1,1.005\n6,1,1.5,1\n",
  "days.csv":
    "id,day,at\n1,2024-02-29,2024-02-29T23:59:59.999999\n2,0000-01-01,\n3,20000-01-01,\n4,2023-02-29,\n5,9999-12-31,\n6,0001-01-01,\n7,,20000-01-01T00:00:00\n",
  "empty.ndjson": "",
  "big.ndjson":
    '{"id":9007199254740993,"n":1}\n{"id":-9223372036854775808,"n":2}\n{"id":18446744073709551616,"n":3}\n{"id":1\n[1]\n',
};

const CONFIG = `project: bad
connections:
  in: { type: files, path: ./in }
  lake: { type: files, path: ./lake }
pipelines:
${[
  filePipeline("empty", "empty.csv"),
  filePipeline("empty_lines", "empty.ndjson"),
  filePipeline("header", "header.csv"),
  filePipeline("ragged", "ragged.csv"),
  filePipeline("latin1", "latin1.csv"),
  filePipeline("utf16", "utf16.csv"),
  filePipeline("bom", "bom.csv"),
  filePipeline("nul", "nul.csv"),
  filePipeline("same", "same.csv"),
  filePipeline("range", "range.csv", ", columns: { tiny: int8, whole: int64, money: decimal(5,2) }"),
  filePipeline("days", "days.csv", ", columns: { day: date, at: timestamp }"),
  filePipeline("big", "big.ndjson", ", columns: { id: decimal(20,0) }"),
  filePipeline("absent", "*.nope", ", format: csv"),
  filePipeline("typo", "header.csv", ", columns: { nmae: text }"),
  filePipeline("cast_typo", "header.csv", "", "    transform: [{ cast: { Name: text } }]\n"),
].join("")}`;

let project: TempProject;
let runs: Awaited<ReturnType<typeof runJson>>;
let plain: Awaited<ReturnType<TempProject["cli"]>>;

beforeAll(async () => {
  project = tempProject(CONFIG);
  mkdirSync(project.path("in"));
  for (const [name, content] of Object.entries(FILES)) project.write(`in/${name}`, content);
  runs = await runJson(project, ["run", "--all"]);
  plain = await project.cli(["run", "empty", "utf16"]);
});
afterAll(() => project[Symbol.dispose]());

describe("bad files, all run at once", () => {
  it("let every other pipeline run, and the worst outcome is the exit code", () => {
    expect(runs.code).toBe(3);
    for (const name of ["header", "bom", "nul"]) expect(runs.of(name).status).toBe("completed");
  });

  it("are said with the pipeline, what is wrong and where, the code, and what to do", () => {
    expect(plain.code).toBe(3);
    expect(plain.stderr).toMatch(/✗ .*in\/empty\.csv: empty file: no header line\n {2}in pipeline empty\n/);
    expect(plain.stderr).toMatch(
      /✗ .*in\/utf16\.csv: is UTF-16LE text; convert it to UTF-8\n {2}in pipeline utf16\n/,
    );
    expect(plain.stderr.match(/^ {2}next: \S/gm)).toHaveLength(2);
  });
});

describe("a file that can not be read at all", () => {
  it.each<[string, string, number, RegExp]>([
    ["empty", "FORMAT_CORRUPT", 3, /empty\.csv: empty file: no header line/],
    ["empty_lines", "FORMAT_CORRUPT", 3, /empty\.ndjson: empty file/],
    ["utf16", "FORMAT_UNSUPPORTED", 1, /utf16\.csv: is UTF-16LE text; convert it to UTF-8/],
    ["same", "FORMAT_CORRUPT", 3, /same\.csv: the header names column 'id' twice/],
    ["absent", "SOURCE_NOT_FOUND", 1, /file matching '\*\.nope' does not exist in .*in$/],
    ["typo", "SOURCE_NO_COLUMN", 4, /header\.csv has no column 'nmae', did you mean 'name'\?/],
    ["cast_typo", "SOURCE_NO_COLUMN", 4, /step 1 \(cast\) has no column 'Name', did you mean 'name'\?/],
  ])("%s: %s, exit %i, and nothing is made", (name, code, exitCode, message) => {
    const error = runs.of(name).error as ShownError;
    expect(error).toMatchObject({ code, exitCode });
    expect(error.message).toMatch(message);
    expect(error.next).not.toBe("");
    expect(existsSync(project.path(`lake/${name}`))).toBe(false);
  });
});

describe("a file with a header alone", () => {
  it("is a table without rows, with its columns", async () => {
    expectBalanced(runs.of("header"));
    const columns = await duckRows(`DESCRIBE SELECT * FROM '${lake("header")}'`);
    expect(columns.map(([name]) => name)).toEqual(["id", "name"]);
    expect(await duckValue(`SELECT count(*) FROM '${lake("header")}'`)).toBe("0");
  });
});

describe("rows that are not as they should be", () => {
  it("ragged and unclosed ones go to quarantine with their bytes and line; the others are written", async () => {
    expectBalanced(runs.of("ragged"));
    expect(runs.of("ragged")).toMatchObject({ read: 5, written: 2, quarantined: 3 });
    expect(refusedRows(project, "ragged").map(({ rule, raw, place }) => [rule, raw, place["line"]])).toEqual([
      ["ragged", "2,Bob\n", 3],
      ["ragged", "3,Cid,3,extra\n", 4],
      ["syntax", '4,"unclosed,4\n', 6],
    ]);
    expect(await duckRows(`SELECT id FROM '${lake("ragged")}' ORDER BY 1`)).toEqual([["1"], ["5"]]);
  });

  it("those of another encoding keep their very bytes", async () => {
    expectBalanced(runs.of("latin1"));
    const [only] = refusedRows(project, "latin1");
    expect(only).toMatchObject({ rule: "encoding", column: "name", place: { line: 2 } });
    expect(Buffer.from(only?.rawBase64 ?? "", "base64")).toEqual(Buffer.from("1,Zoë\n", "latin1"));
    expect(await duckRows(`FROM '${lake("latin1")}'`)).toEqual([["2", "Ann"]]);
  });

  it("numbers out of range name column and rule", async () => {
    expectBalanced(runs.of("range"));
    expect(refusedRows(project, "range").map(({ row, column, rule }) => [row, column, rule])).toEqual([
      [1, "tiny", "range"],
      [2, "whole", "range"],
      [3, "money", "range"],
      [4, "money", "precision"],
      [5, "whole", "type"],
    ]);
    expect(await duckRows(`FROM '${lake("range")}'`)).toEqual([
      ["1", "127", "9223372036854775807", "999.99"],
    ]);
  });

  it("days of year 0 and 20000, and such as do not exist, are refused; the first and last day are kept", async () => {
    expectBalanced(runs.of("days"));
    expect(refusedRows(project, "days").map(({ raw, column }) => [raw, column])).toEqual([
      ["2,0000-01-01,\n", "day"],
      ["3,20000-01-01,\n", "day"],
      ["4,2023-02-29,\n", "day"],
      ["7,,20000-01-01T00:00:00\n", "at"],
    ]);
    expect(await duckRows(`SELECT day::text, "at"::text FROM '${lake("days")}' ORDER BY 1`)).toEqual([
      ["0001-01-01", null],
      ["2024-02-29", "2024-02-29 23:59:59.999999"],
      ["9999-12-31", null],
    ]);
  });

  it("integers beyond 2^53 and 2^64 are exact, and lines that are no objects are refused", async () => {
    expectBalanced(runs.of("big"));
    expect(refusedRows(project, "big").map(({ raw, rule }) => [raw, rule])).toEqual([
      ['{"id":1', "syntax"],
      ["[1]", "syntax"],
    ]);
    expect(await duckRows(`SELECT id::text FROM '${lake("big")}' ORDER BY n`)).toEqual([
      ["9007199254740993"],
      ["-9223372036854775808"],
      ["18446744073709551616"],
    ]);
  });
});

describe("bytes that look odd and are right", () => {
  it("a byte order mark is no part of the first column's name", async () => {
    expect(await duckRows(`SELECT id, name FROM '${lake("bom")}'`)).toEqual([["1", "Ann"]]);
  });

  it("NUL bytes are text like any other", async () => {
    expect(await duckRows(`SELECT id, hex(name) FROM '${lake("nul")}' ORDER BY 1`)).toEqual([
      ["1", "410042"],
      ["2", "00"],
    ]);
  });
});

function lake(pipeline: string): string {
  return project.path(`lake/${pipeline}/*.parquet`);
}
