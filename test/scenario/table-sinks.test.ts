/** Tables as destinations: every write mode twice, generated keys, and a chain through every format that must change nothing. */
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { duckRows, duckValue } from "../support/duck.ts";
import { type TempProject, tempProject } from "../support/temp-project.ts";
import { expectBalanced, runJson, tidemark } from "./command-line.ts";

describe("a table written twice", () => {
  const CONFIG = `project: tables
connections:
  in: { type: files, path: . }
  out: { type: sqlite, path: ./out.db }
pipelines:
${["append", "upsert", "replace"]
  .map(
    (mode) =>
      `  ${mode}:\n    source: { from: in, path: rows.csv, columns: { id: int64 } }\n    sink: { to: out, table: ${mode}s, mode: ${mode}${mode === "upsert" ? ", key: [id]" : ""} }\n`,
  )
  .join("")}  numbered:
    source: { from: in, path: rows.csv, columns: { id: int64 } }
    sink: { to: out, table: numbered, generatedKey: nr }
`;

  it("holds both, the newest of a key, or the second rows alone; generated keys count from 1", async () => {
    using project = tempProject(CONFIG);
    project.write("rows.csv", "id,name\n1,Ann\n2,Bob\n");
    const first = await runJson(project, ["run", "--all"]);
    project.write("rows.csv", "id,name\n2,Bobby\n3,Cid\n");
    const second = await runJson(project, ["run", "--all"]);
    expect([first.code, second.code]).toEqual([0, 0]);
    for (const name of ["append", "upsert", "replace", "numbered"]) expectBalanced(second.of(name));
    expect(tableRows(project, "SELECT id, name FROM appends ORDER BY rowid")).toEqual([
      [1, "Ann"],
      [2, "Bob"],
      [2, "Bobby"],
      [3, "Cid"],
    ]);
    expect(tableRows(project, "SELECT id, name FROM upserts ORDER BY id")).toEqual([
      [1, "Ann"],
      [2, "Bobby"],
      [3, "Cid"],
    ]);
    const fresh = [
      [2, "Bobby"],
      [3, "Cid"],
    ];
    expect(tableRows(project, "SELECT id, name FROM replaces ORDER BY id")).toEqual(fresh);
    expect(tableRows(project, "SELECT nr, id, name FROM numbered ORDER BY nr")).toEqual(
      fresh.map((row, index) => [index + 1, ...row]),
    );
    const left = tableRows(
      project,
      "SELECT name FROM sqlite_schema WHERE name LIKE '%tidemark%' AND name LIKE '%stag%'",
    );
    expect(left).toEqual([]);
    const validated = await tidemark(project, ["validate", "--deep"]);
    expect(validated, validated.stdout).toMatchObject({ code: 0 });
  });

  it("that has other columns is refused before any byte, with the column (exit 4)", async () => {
    using project = tempProject(CONFIG);
    project.write("rows.csv", "id,name\n1,Ann\n");
    const out = new DatabaseSync(project.path("out.db"));
    out.exec("CREATE TABLE appends (id INTEGER, title TEXT)");
    out.close();
    const ended = await tidemark(project, ["run", "append"]);
    expect(ended.code).toBe(4);
    expect(ended.stderr).toMatch(/table appends: .*name/);
    expect(ended.stderr).toMatch(/SINK_SCHEMA[\s\S]*next: \S/);
    expect(tableRows(project, "SELECT count(*) FROM appends")).toEqual([[0]]);
  });
});

describe("a chain csv to table to Parquet to NDJSON to CSV", () => {
  const TYPES =
    "id: int64, price: decimal(12,2), at: timestamp, moment: timestamp(utc), day: date, flag: bool, share: float64, big: uint64";
  const CONFIG = `project: chain
connections:
  here: { type: files, path: . }
  db: { type: sqlite, path: ./chain.db }
pipelines:
  a_table:
    source: { from: here, path: start.csv, columns: { ${TYPES} } }
    sink: { to: db, table: rows }
  b_parquet:
    source: { from: db, table: rows, columns: { ${TYPES} } }
    sink: { to: here, path: parquet, format: parquet }
  c_ndjson:
    source: { from: here, path: "parquet/*.parquet" }
    sink: { to: here, path: ndjson, format: ndjson }
  d_csv:
    source: { from: here, path: "ndjson/*.ndjson", columns: { ${TYPES} } }
    sink: { to: here, path: csv, format: csv }
`;

  it("ends with the rows it began with, exact to the digit", async () => {
    using project = tempProject(CONFIG);
    await duckRows(`COPY (SELECT i AS id, (i * 12345.67)::DECIMAL(12,2) AS price,
      strftime(TIMESTAMP '1969-12-31 23:59:59.999999' + to_microseconds(i), '%Y-%m-%dT%H:%M:%S.%f') AS at,
      strftime(TIMESTAMP '2024-01-01' + to_microseconds(i), '%Y-%m-%dT%H:%M:%S.%fZ') AS moment,
      DATE '2024-02-28' + i::INT AS day, i % 2 = 0 AS flag, i / 3.0::DOUBLE AS share, 9223372036854775807::UBIGINT - i::UBIGINT AS big,
      CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 'Zoë, "q"' WHEN 2 THEN E'two\\nlines' ELSE '日本' END AS note
      FROM range(300) r(i)) TO '${project.path("start.csv")}' (HEADER, NULLSTR '')`);
    const runs = await runJson(project, ["run", "--all"]);
    expect(runs.code, JSON.stringify(runs.of("a_table"))).toBe(0);
    for (const name of ["a_table", "b_parquet", "c_ndjson", "d_csv"]) {
      expectBalanced(runs.of(name));
      expect(runs.of(name)).toMatchObject({ written: 300, quarantined: 0 });
    }
    const read = (path: string): string =>
      `(SELECT id::BIGINT AS id, price::DECIMAL(12,2) AS price, "at"::TIMESTAMP AS "at", moment::TIMESTAMPTZ AS moment, day::DATE AS day,
        flag::BOOLEAN AS flag, share::DOUBLE AS share, big::UBIGINT AS big, note FROM read_csv('${project.path(path)}', all_varchar = true))`;
    expect(
      await duckValue(
        `SELECT count(*) FROM (FROM ${read("start.csv")} EXCEPT ALL FROM ${read("csv/*.csv")})`,
      ),
    ).toBe("0");
    expect(
      await duckValue(
        `SELECT count(*) FROM (FROM ${read("csv/*.csv")} EXCEPT ALL FROM ${read("start.csv")})`,
      ),
    ).toBe("0");
  });
});

function tableRows(project: TempProject, sql: string): readonly unknown[][] {
  const database = new DatabaseSync(project.path("out.db"), { readOnly: true });
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  const rows = statement.all() as unknown as unknown[][];
  database.close();
  return rows;
}
