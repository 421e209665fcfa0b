/** Parquet as a source: exact through the whole pipeline where it is whole, a clear error where it is not. DuckDB writes and compares. */
import { existsSync, globSync, mkdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { duckRows, duckValue } from "../support/duck.ts";
import { type TempProject, tempProject } from "../support/temp-project.ts";
import { expectBalanced, filePipeline, refusedRows, runJson } from "./command-line.ts";

const CONFIG = `project: parquet
connections:
  in: { type: files, path: ./in }
  lake: { type: files, path: ./lake }
pipelines:
${[
  filePipeline("exact", "exact.parquet"),
  filePipeline("days", "days.parquet"),
  filePipeline("text", "text.parquet"),
  filePipeline("cut", "cut.parquet"),
  filePipeline("beheaded", "beheaded.parquet"),
  filePipeline("hollow", "hollow.parquet"),
  filePipeline("empty", "empty.parquet"),
  filePipeline("flipped", "flipped.parquet"),
  filePipeline("mixed", "mixed-*.parquet"),
].join("")}`;

const EXACT = `SELECT i::BIGINT AS id, (i * 1.0001)::DECIMAL(9,4) AS d9, (i * -123456789.123)::DECIMAL(18,6) AS d18,
  ('-1234567890123456789012345' || lpad(i::VARCHAR, 3, '0') || '.0123456789')::DECIMAL(38,10) AS d38,
  TIMESTAMP '1969-12-31 23:59:59.999999' + to_microseconds(i) AS at,
  (TIMESTAMP '2024-01-01' + to_microseconds(i))::TIMESTAMPTZ AS moment,
  make_timestamp_ns(1700000000123456789 + i) AS fine, TIME '23:59:59.123456' AS hour, DATE '2024-02-29' + i::INT AS day,
  uuid() AS u, CASE WHEN i % 3 = 0 THEN NULL ELSE 'x' || i END AS s, encode('b' || i) AS b, i % 2 = 0 AS flag,
  (i / 3.0)::FLOAT AS f, i / 3.0::DOUBLE AS g, i::UTINYINT AS ut, 18446744073709551615::UBIGINT - i::UBIGINT AS ub
  FROM range(250) r(i)`;

let project: TempProject;
let runs: Awaited<ReturnType<typeof runJson>>;

beforeAll(async () => {
  project = tempProject(CONFIG);
  mkdirSync(project.path("in"));
  await copy(EXACT, "exact");
  await copy(
    "FROM (VALUES (1, DATE '2024-01-01'), (2, DATE '0001-01-01 (BC)'), (3, DATE '20000-01-01'), (4, NULL)) t(id, day)",
    "days",
  );
  await copy("SELECT i AS id, 'a' AS v FROM range(3) r(i)", "mixed-1");
  await copy("SELECT i AS id, 1.5 AS v FROM range(3) r(i)", "mixed-2");
  const whole = readFileSync(project.path("in/exact.parquet"));
  project.write("in/text.parquet", "these are words, no columns");
  project.write("in/cut.parquet", whole.subarray(0, whole.length - 100));
  project.write("in/beheaded.parquet", whole.subarray(2_000));
  project.write(
    "in/hollow.parquet",
    Buffer.concat([whole.subarray(0, 4), whole.subarray(whole.length - 3_000)]),
  );
  project.write("in/empty.parquet", "");
  project.write("in/flipped.parquet", await flippedPage());
  runs = await runJson(project, ["run", "--all"]);
});
afterAll(() => project[Symbol.dispose]());

describe("Parquet that is whole", () => {
  it("decimals, microseconds and every other type come out as they went in, value and type", async () => {
    expectBalanced(runs.of("exact"));
    const source = `'${project.path("in/exact.parquet")}'`;
    const made = `'${project.path("lake/exact/*.parquet")}'`;
    const describeColumns = async (file: string): Promise<unknown> =>
      (await duckRows(`DESCRIBE SELECT * FROM ${file}`)).map(([name, type]) => [name, type]);
    expect(await duckValue(`SELECT count(*) FROM ${made}`)).toBe("250");
    expect(await describeColumns(made)).toEqual(await describeColumns(source));
    expect(await duckValue(`SELECT count(*) FROM (FROM ${made} EXCEPT ALL FROM ${source})`)).toBe("0");
    expect(await duckValue(`SELECT count(*) FROM (FROM ${source} EXCEPT ALL FROM ${made})`)).toBe("0");
  });

  it("a day of year 0 or 20000 goes to quarantine by file, row group and row", async () => {
    expectBalanced(runs.of("days"));
    expect(runs.of("days")).toMatchObject({ read: 4, written: 2, quarantined: 2 });
    expect(refusedRows(project, "days").map(({ column, rule, place }) => [column, rule, place])).toEqual([
      ["day", "range", { file: "days.parquet", rowGroup: 0, row: 1 }],
      ["day", "range", { file: "days.parquet", rowGroup: 0, row: 2 }],
    ]);
    expect(await duckRows(`SELECT id FROM '${project.path("lake/days/*.parquet")}'`)).toEqual([["1"], ["4"]]);
  });
});

describe("Parquet that is damaged", () => {
  it.each([
    ["text", /text\.parquet: does not begin with PAR1: not a Parquet file/],
    ["cut", /cut\.parquet: does not end with PAR1: truncated/],
    ["beheaded", /beheaded\.parquet: does not begin with PAR1/],
    ["empty", /empty\.parquet: is empty: no Parquet footer/],
    ["hollow", /hollow\.parquet: /],
  ])("%s: exit 3 with what is wrong, before or after planning, and nothing is visible", (name, message) => {
    const { error } = runs.of(name);
    expect(error).toMatchObject({ code: "FORMAT_CORRUPT", exitCode: 3 });
    expect(error?.message).toMatch(message);
    expect(error?.next).toContain("get the file anew");
    expect(visibleParts(name)).toEqual([]);
  });

  it("a page whose CRC is wrong ends the run and names file and column", () => {
    const { error } = runs.of("flipped");
    expect(error).toMatchObject({ code: "FORMAT_CORRUPT", exitCode: 3 });
    expect(error?.message).toMatch(/flipped\.parquet: .*(column|CRC).*(CRC|column)/i);
    expect(visibleParts("flipped")).toEqual([]);
  });

  it("files of one pattern that do not have the same columns are refused before any byte", () => {
    const { error } = runs.of("mixed");
    expect(error).toMatchObject({ code: "SOURCE_FILES_DISAGREE", exitCode: 4 });
    expect(error?.message).toContain("mixed-2.parquet");
    expect(existsSync(project.path("lake/mixed"))).toBe(false);
  });
});

function visibleParts(pipeline: string): string[] {
  return globSync("**/*.parquet", { cwd: project.path(`lake/${pipeline}`) });
}

async function copy(query: string, name: string): Promise<void> {
  await duckRows(
    `COPY (${query}) TO '${project.path(`in/${name}.parquet`)}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
  );
}

/** A file of Tidemark's own, which has a CRC per page, with one bit of a value flipped. */
async function flippedPage(): Promise<Buffer> {
  using maker = tempProject(
    `project: maker\nconnections:\n  in: { type: files, path: . }\n  lake: { type: files, path: ./lake }\npipelines:\n  made:\n    source: { from: in, path: made.csv }\n    sink: { to: lake, path: made, compression: none }\n`,
  );
  maker.write("made.csv", "id,note\n1,needle in a page\n2,hay\n");
  await runJson(maker, ["run"]);
  const [part = ""] = globSync("lake/made/*.parquet", { cwd: maker.folder });
  const bytes = readFileSync(maker.path(part));
  const at = bytes.indexOf("needle in a page");
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes;
}
