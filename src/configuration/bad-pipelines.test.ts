import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { messageOf } from "../core/errors.ts";
import { loadProject } from "./load-project.ts";

/** The message, without the place, of a project that holds `pipelines` (indented by two). */
async function complaint(pipelines: string, more = ""): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "tidemark-configuration-"));
  onTestFinished(async () => await rm(cwd, { recursive: true }));
  const connections = `  db: { type: sqlite, path: ./shop.db }
  other: { type: sqlite, path: ./sub/../shop.db }
  lake: { type: files, path: ./lake }
`;
  const text = `project: p\n${more}connections:\n${connections}pipelines:\n${pipelines}`;
  await writeFile(join(cwd, "tidemark.yaml"), text);
  const loaded = await loadProject({ path: "tidemark.yaml", env: {}, cwd }).then(() => "accepted", messageOf);
  return loaded.replace(/^tidemark\.yaml:\d+:\d+: /, "").replace(/^pipelines\.o\./, "");
}

function pipeline(parts: Readonly<Record<string, string>>): string {
  const whole = { source: "{ from: db, table: t }", sink: "{ to: lake }", ...parts };
  const lines = Object.entries(whole).map(([key, value]) => `    ${key}: ${value}\n`);
  return `  o:\n${lines.join("")}`;
}

function twoPipelines(first: string, second: string): string {
  return `${pipeline({ sink: first })}${pipeline({ sink: second }).replace("o:", "second:")}`;
}

describe("a source", () => {
  it.each([
    ["{ from: db }", "source: needs a table, a query or a query_file"],
    ["{ from: db, table: t, query: SELECT 1 }", "source: has table and query; one is enough"],
    [
      "{ from: db, query: SELECT 1, where: x }",
      "source.where: goes with table; write the condition into the query",
    ],
    ["{ from: db, query_file: none.sql }", "source.query_file: no configuration at none.sql"],
    ["{ from: db, query_file: 7 }", 'source.query_file: is a text; write it in quotes: "7"'],
    [
      "{ from: db, table: t, mode: incremental }",
      "source.mode: 'incremental' arrives in a later version of Tidemark",
    ],
    [
      "{ from: db, table: t, mode: keyst }",
      "source.mode: 'keyst' is none of snapshot, keyset, range, did you mean 'keyset'?",
    ],
    [
      "{ from: db, table: t, mode: keyset, rangeColumn: d }",
      "source.rangeColumn: goes with mode range, not keyset",
    ],
    ["{ from: db, table: t, key: [a, b, a] }", "source.key: names 'a' twice"],
    ["{ from: db, table: t, key: [] }", "source.key: is an empty list"],
    ["{ from: db, table: t, key: { a: 1 } }", "source.key: is a text or a list, not a mapping (key: value)"],
    ["{ from: db, table: t, cursor: c }", "source.cursor: 'cursor' arrives in a later version of Tidemark"],
    ["{ from: db, table: t, chunkRows: 0 }", "source.chunkRows: is a whole number of at least 1"],
    ["{ from: db, table: t, chunkRows: 1.5 }", "source.chunkRows: is a whole number of at least 1"],
    ["{ from: db, table: t, chunkRows: 1k }", "source.chunkRows: is a whole number of at least 1"],
    [
      "{ from: db, table: t, chunkRows: 99999999999999999999 }",
      "source.chunkRows: is a whole number of at least 1",
    ],
    [
      "{ from: db, table: t, maxSnapshotAge: 30 }",
      "source.maxSnapshotAge: duration '30' is not understood; write it as a number with a unit, such as 250ms, 5s, 15m, 1h or 7d",
    ],
    ["{ from: db, table: t, columns: { a: { typ: text } } }", "source.columns.a.type: is required"],
    ["{ from: db, table: t, columns: { a: null } }", "source.columns.a: has no value"],
    ["{ from: db, table: t, path: x }", "source.path: goes with a connection of type files"],
    ["{ from: lake, table: x, path: a.csv }", "source.table: goes with a connection of type sqlite"],
    ["{ from: lake, path: ../a.csv }", "source.path: '../a.csv' leads out of the connection's folder"],
    [
      "{ from: lake, path: /a.csv }",
      "source.path: '/a.csv' is absolute; write it below the connection's folder",
    ],
    [
      "{ from: lake, path: data }",
      "source.path: its ending does not tell the format; write format: parquet, csv or ndjson",
    ],
    ["{ from: lake, path: a.parquet, csv: {} }", "source.csv: goes with format csv, not parquet"],
    [
      "{ from: lake, path: a.csv, csv: { delimiter: ab } }",
      'source.csv.delimiter: is one ASCII character other than ", such as "," or "\\t"',
    ],
    ["{ from: lak, path: a.csv }", "source.from: no connection 'lak', did you mean 'lake'?"],
    ["{ table: t }", "source.from: is required"],
    ["db", "source: is a mapping (key: value), not a text"],
    ["[]", "source: is a mapping (key: value), not a list"],
    ["", "source: has no value"],
  ])("%s", async (source, message) => {
    expect(await complaint(pipeline({ source }))).toContain(message);
  });
});

describe("a sink", () => {
  it.each([
    ["{ to: lake, path: ../out }", "sink.path: '../out' leads out of the connection's folder"],
    ["{ to: lake, path: /out }", "sink.path: '/out' is absolute; write it below the connection's folder"],
    ["{ to: lake, path: 'a\\b' }", "sink.path: write '/' between folders"],
    [
      "{ to: lake, path: 'a/{dat}' }",
      "sink.path: '{dat}' is none of {pipeline}, {date}, did you mean 'date'?",
    ],
    ["{ to: lake, path: 'a/{date' }", "sink.path: a '{' or '}' stands alone"],
    ["{ to: lake, mode: upsert }", "sink.mode: 'upsert' is none of replace, append"],
    ["{ to: lake, mode: partitions }", "sink.mode: 'partitions' arrives in a later version of Tidemark"],
    ["{ to: lake, compression: gzip }", "sink.compression: 'gzip' arrives in a later version of Tidemark"],
    [
      "{ to: lake, format: csv, compression: zstd }",
      "sink.compression: is for parquet; csv is written plain (none)",
    ],
    ["{ to: lake, format: orc }", "sink.format: 'orc' is none of parquet, csv, ndjson"],
    [
      "{ to: lake, partitionBy: [a] }",
      "sink.partitionBy: 'partitionBy' arrives in a later version of Tidemark",
    ],
    ["{ to: lake, generatedKey: id }", "sink.generatedKey: goes with a connection of type sqlite"],
    [
      "{ to: lake, partSize: 128 }",
      "sink.partSize: size '128' is not understood; write it as a number with a unit, such as",
    ],
    ["{ to: lake, partSize: 0B }", "sink.partSize: is at least 1B"],
    ["{ to: db }", "sink.table: is required"],
    ["{ to: db, table: x, mode: upsert }", "sink.key: is required for mode upsert"],
    ["{ to: db, table: x, key: [a, a] }", "sink.key: names 'a' twice"],
    [
      "{ to: db, table: x, key: a, generatedKey: a }",
      "sink.generatedKey: 'a' is made by the sink; it can not be in key too",
    ],
    ["{ to: db, table: x, partSize: 1MB }", "sink.partSize: goes with a connection of type files"],
    ["{ to: other, table: T }", "sink: reads and writes the same table 'T'"],
    ["{ to: lakes }", "sink.to: no connection 'lakes', did you mean 'lake'?"],
  ])("%s", async (sink, message) => {
    expect(await complaint(pipeline({ sink }))).toContain(message);
  });

  it.each([
    ["x/*.csv", "x", false],
    ["x/*.csv", "y", true],
    ["x/a.csv", ".", false],
    ["*.csv", "out", true],
    ["**/*.csv", "out", false],
    ["*/a.csv", "out/{date}", false],
    ["x/*.csv", "xy", true],
  ])("reads %s and writes to %s", async (from, to, accepted) => {
    const parts = { source: `{ from: lake, path: "${from}" }`, sink: `{ to: lake, path: "${to}" }` };
    const message = await complaint(pipeline(parts));
    expect(message).toContain(accepted ? "accepted" : "writes to the folder it reads from");
  });
});

describe("a pipeline", () => {
  it.each<[Readonly<Record<string, string>>, string]>([
    [{ readers: "0" }, "readers: is a whole number from 1 to 64"],
    [{ readers: "many" }, "readers: is a whole number from 1 to 64"],
    [{ validate: "maybe" }, "validate: is true or false"],
    [{ maxValueBytes: "16" }, "maxValueBytes: size '16' is not understood"],
    [{ maxValueBytes: "2GiB" }, "maxValueBytes: is at most 1GiB"],
    [{ retries: "{ attempts: 0 }" }, "retries.attempts: is a whole number from 1 to 100"],
    [{ retries: "{ base: 100 }" }, "retries.base: duration '100' is not understood"],
    [{ retries: "{ base: 1m, cap: 1s }" }, "retries: base (60000 ms) is longer than cap (1000 ms)"],
    [{ retries: "3" }, "retries: is a mapping (key: value), not a number"],
    [{ onError: "{ stopAfter: { share: 1 } }" }, "onError.stopAfter.share: share '1' is not understood"],
    [{ onError: "{ stopAfter: {} }" }, "onError.stopAfter: gives share, count, or both"],
    [{ onError: "{ action: ignore }" }, "onError.action: 'ignore' is none of quarantine, fail"],
    [{ transform: "[{}]" }, "transform[0]: a step is exactly one of select, rename or cast"],
    [{ transform: "[{ select: [a], cast: { a: text } }]" }, "transform[0]: a step is exactly one of"],
    [{ transform: "[{ select: [] }]" }, "transform[0].select: is an empty list"],
    [{ transform: "[{ select: [a, a] }]" }, "transform[0].select: names 'a' twice"],
    [{ transform: "[{ rename: { a: c, b: c } }]" }, "transform[0].rename: names 'c' twice"],
    [
      { transform: "[{ cast: { a: decimal(50,1) } }]" },
      "transform[0].cast.a: type 'decimal(50,1)' is not understood",
    ],
    [
      { transform: "[{ filter: x }]" },
      "transform[0].filter: 'filter' arrives in a later version of Tidemark",
    ],
    [{ transform: "{ select: [a] }" }, "transform: is a list, not a mapping (key: value)"],
    ...["schedule", "contract", "budget", "quality", "reconcile"].map<
      [Readonly<Record<string, string>>, string]
    >((key) => [{ [key]: "{}" }, `${key}: '${key}' arrives in a later version of Tidemark`]),
  ])("%j", async (parts, message) => {
    expect(await complaint(pipeline(parts))).toContain(message);
  });

  it("without a source or sink says what is missing", async () => {
    const message = await complaint("  o: {}\n");
    expect(message).toContain("pipelines.o.source: is required");
    expect(message).toContain("sink: is required");
    expect(await complaint("  o:\n")).toContain("pipelines.o: has no value");
  });

  it("has a name that can be a file name", async () => {
    expect(await complaint(pipeline({}).replace("o:", '"a/b":'))).toContain(
      "pipelines.a/b: a name begins with",
    );
  });
});

describe("two pipelines", () => {
  it.each([
    ["{ to: lake, path: x }", "{ to: lake, path: ./x/ }", false],
    ["{ to: lake, path: x }", "{ to: lake, path: x/y }", false],
    ["{ to: lake, path: x/y }", "{ to: lake, path: x }", false],
    ["{ to: lake, path: 'x/{date}' }", "{ to: lake, path: 'x/{date}' }", false],
    ["{ to: lake, path: x }", "{ to: lake, path: xy }", true],
    ["{ to: lake }", "{ to: lake }", true],
    ["{ to: db, table: x }", "{ to: other, table: X, mode: append }", false],
    ["{ to: db, table: x, mode: append }", "{ to: db, table: x, mode: upsert, key: a }", true],
    ["{ to: db, table: x }", "{ to: db, table: y }", true],
  ])("write to %s and %s", async (first, second, accepted) => {
    const message = await complaint(twoPipelines(first, second));
    if (accepted) expect(message).toBe("accepted");
    else
      expect(message).toMatch(
        /^pipelines\.second\.sink: pipeline 'o' \(tidemark\.yaml, pipelines\.o\.sink\) writes/,
      );
  });
});

describe("the project", () => {
  it.each([
    ["streams: embedded\n", "streams: 'streams' arrives in a later version of Tidemark"],
    ["state: postgres://x\n", "state: state in a server arrives in a later version of Tidemark"],
    ["defaults: { profile: safe }\n", "defaults.profile: 'profile' arrives in a later version of Tidemark"],
    ["defaults: { reader: 2 }\n", "unknown key 'reader' in defaults, did you mean 'readers'?"],
    ["include: [1]\n", 'include[0]: is a text; write it in quotes: "1"'],
  ])("%s", async (more, message) => {
    expect(await complaint(pipeline({}), more)).toContain(message);
  });
});

describe("a connection", () => {
  it.each([
    ["{ type: postgres }", "type: 'postgres' arrives in a later version of Tidemark"],
    ["{ type: sqlit, path: x }", "type: 'sqlit' is none of sqlite, files, did you mean 'sqlite'?"],
    ["{ path: x }", "type: is required"],
    ["{ type: files }", "needs a path, path_env or path_file"],
    ["{ type: files, path: a, path_env: B }", "has path and path_env; one is enough"],
    ["{ type: files, path: '' }", "path: is empty"],
    ["{ type: files, path_env: 'a b' }", "path_env: is the name of an environment variable, not a value"],
    ["{ type: files, path_file: none }", "path_file: no configuration at none"],
  ])("%s", async (connection, message) => {
    const text = `project: p\nconnections:\n  c: ${connection}\n`;
    const cwd = await mkdtemp(join(tmpdir(), "tidemark-configuration-"));
    onTestFinished(async () => await rm(cwd, { recursive: true }));
    await writeFile(join(cwd, "tidemark.yaml"), text);
    const said = await loadProject({ path: "tidemark.yaml", env: {}, cwd }).then(() => "accepted", messageOf);
    expect(said).toContain(message);
  });
});
