/**
 * The memory bar: a run with the default readers stays below 300 MB whatever the table's size, when values do not exceed
 * `maxValueBytes`. Measured on the built command line, as it reports its own peak. It is started through a shell: Linux
 * counts the size of the process that forked it, and a shell is small.
 */
import { execFile } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { tempProject, type TempProject } from "../support/temp-project.ts";

const PEAK_BYTES_MAX = 300 * 1024 * 1024;
const CLI = resolve(import.meta.dirname, "../../bin/tidemark.js");

const config = (source: string): string => `
project: memory
connections:
  db: { type: sqlite, path: ./source.db }
  dir: { type: files, path: ./source }
  lake: { type: files, path: ./lake }
pipelines:
  copy:
    source: ${source}
    sink: { to: lake, path: copy, format: parquet, compression: zstd }
`;

interface RunReport {
  readonly status: string;
  readonly written: number;
  readonly peakBytes: number;
}

async function runCopy(project: TempProject): Promise<RunReport> {
  const args = ["-c", '"$0" "$@"; exit $?', process.execPath, CLI, "run", "--json", "copy"];
  const { stdout } = await promisify(execFile)("sh", args, { cwd: project.folder });
  return JSON.parse(stdout) as RunReport;
}

function fill(project: TempProject, sql: string): void {
  const database = new DatabaseSync(project.path("source.db"));
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; ${sql}`);
  database.close();
}

const numbers = (from: number, to: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})`;

test("values just below maxValueBytes, text and bytes, stay within the bar", async () => {
  using project = tempProject(config("{ from: db, table: big, chunkRows: 6 }"));
  fill(
    project,
    `CREATE TABLE big(id INTEGER PRIMARY KEY, body TEXT, raw BLOB);
     ${numbers(1, 24)} INSERT INTO big SELECT i, hex(randomblob(7000000)), NULL FROM n;
     ${numbers(25, 36)} INSERT INTO big SELECT i, NULL, randomblob(15000000) FROM n`,
  );
  const report = await runCopy(project);
  expect(report).toMatchObject({ status: "completed", written: 36 });
  expect(report.peakBytes).toBeLessThan(PEAK_BYTES_MAX);
});

test("values of every middling size stay within the bar", async () => {
  using project = tempProject(config("{ from: db, table: mixed, chunkRows: 200 }"));
  fill(
    project,
    `CREATE TABLE mixed(id INTEGER PRIMARY KEY, body TEXT, raw BLOB);
     ${numbers(0, 799)} INSERT INTO mixed SELECT i, hex(randomblob((20000 << (i / 100)) / 2)), NULL FROM n
       WHERE i % 100 < (200 >> (i / 100))`,
  );
  const report = await runCopy(project);
  expect(report.status).toBe("completed");
  expect(report.peakBytes).toBeLessThan(PEAK_BYTES_MAX);
});

test("a million small rows stay within the bar", async () => {
  using project = tempProject(config("{ from: db, table: narrow }"));
  fill(
    project,
    `CREATE TABLE narrow(id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c REAL);
     ${numbers(1, 1_000_000)} INSERT INTO narrow SELECT i, i % 1000, 'name ' || (i % 5000), i / 7.0 FROM n`,
  );
  const report = await runCopy(project);
  expect(report).toMatchObject({ status: "completed", written: 1_000_000 });
  expect(report.peakBytes).toBeLessThan(PEAK_BYTES_MAX);
});

test("CSV cells just below maxValueBytes stay within the bar", async () => {
  using project = tempProject(config("{ from: dir, path: '*.csv' }"));
  mkdirSync(project.path("source"));
  const cell = randomBytes(7_500_000).toString("hex");
  for (const name of ["a.csv", "b.csv"]) {
    const file = openSync(project.path(`source/${name}`), "w");
    writeSync(file, "id,body\n");
    for (let row = 0; row < 10; row += 1) writeSync(file, `${row},${cell}\n`);
    closeSync(file);
  }
  const report = await runCopy(project);
  expect(report).toMatchObject({ status: "completed", written: 20 });
  expect(report.peakBytes).toBeLessThan(PEAK_BYTES_MAX);
});
