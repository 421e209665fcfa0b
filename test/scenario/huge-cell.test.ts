/** One cell of 100 MB: it is refused by its place, in little memory, and the rows beside it are written. */
import { closeSync, openSync, writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { duckRows } from "../support/duck.ts";
import { type TempProject, tempProject } from "../support/temp-project.ts";
import { expectBalanced, refusedRows, runJson } from "./command-line.ts";

const CELL_BYTES = 100_000_000;
/** What a run may use, whatever the source holds. */
const PEAK_BYTES_MAX = 300_000_000;

const CONFIG = (source: string): string => `project: huge
connections:
  files: { type: files, path: . }
  table: { type: sqlite, path: ./huge.db }
  lake: { type: files, path: ./lake }
pipelines:
  huge:
    source: { ${source} }
    sink: { to: lake, path: huge }
`;

interface Case {
  readonly name: string;
  readonly source: string;
  readonly make: (project: TempProject) => Promise<void>;
  readonly place: Readonly<Record<string, unknown>>;
}

const CASES: readonly Case[] = [
  {
    name: "csv",
    source: "from: files, path: huge.csv",
    make: async (project) => writeAround(project.path("huge.csv"), "id,note\n1,a\n2,", "\n3,b\n"),
    place: { file: "huge.csv", line: 3, offset: 12, length: CELL_BYTES + 3 },
  },
  {
    name: "ndjson",
    source: "from: files, path: huge.ndjson",
    make: async (project) =>
      writeAround(
        project.path("huge.ndjson"),
        '{"id":1,"note":"a"}\n{"id":2,"note":"',
        '"}\n{"id":3,"note":"b"}\n',
      ),
    place: { file: "huge.ndjson", line: 2, offset: 20, length: CELL_BYTES + 18 },
  },
  {
    name: "parquet",
    source: "from: files, path: huge.parquet",
    make: async (project) => {
      const rows = `SELECT i + 1 AS id, CASE WHEN i = 1 THEN repeat('x', ${CELL_BYTES}) ELSE 'a' END AS note FROM range(3) r(i)`;
      await duckRows(`COPY (${rows}) TO '${project.path("huge.parquet")}' (FORMAT parquet)`);
    },
    place: { file: "huge.parquet", rowGroup: 0, row: 1 },
  },
  {
    name: "sqlite",
    source: "from: table, table: t",
    make: async (project) => {
      using database = new DatabaseSync(project.path("huge.db"));
      database.exec(`PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT);
        INSERT INTO t VALUES (1, 'a'), (2, printf('%.*c', ${CELL_BYTES}, 'x')), (3, 'b')`);
    },
    place: { key: { id: 2 } },
  },
];

describe("a cell of 100 MB", () => {
  it.each(CASES)("in $name", async ({ source, make, place }) => {
    using project = tempProject(CONFIG(source));
    await make(project);
    const { code, stderr, of } = await runJson(project, ["run"]);
    expect(code, stderr).toBe(6);
    expectBalanced(of("huge"));
    expect(of("huge")).toMatchObject({ read: 3, written: 2, quarantined: 1 });
    expect(of("huge").peakBytes).toBeLessThan(PEAK_BYTES_MAX);
    const [refused] = refusedRows(project, "huge");
    expect(refused).toMatchObject({ rule: "too_large", place });
    const made = await duckRows(`SELECT id FROM '${project.path("lake/huge/*.parquet")}' ORDER BY 1`);
    expect(made).toEqual([["1"], ["3"]]);
  });
});

function writeAround(path: string, before: string, after: string): void {
  const descriptor = openSync(path, "w");
  writeSync(descriptor, before);
  const megabyte = Buffer.alloc(1_000_000, "x");
  for (let written = 0; written < CELL_BYTES; written += megabyte.length) writeSync(descriptor, megabyte);
  writeSync(descriptor, after);
  closeSync(descriptor);
}
