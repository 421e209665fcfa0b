import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ProjectDefinition } from "../pipeline/definition.ts";
import type { Environment } from "./expand-variables.ts";
import { loadProject } from "./load-project.ts";

type Files = Readonly<Record<string, string>>;

async function folderWith(files: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-configuration-"));
  onTestFinished(async () => await rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

async function load(
  files: Files,
  env: Environment = {},
): Promise<{ project: ProjectDefinition; folder: string }> {
  const folder = await folderWith(files);
  return { project: await loadProject({ path: "tidemark.yaml", env, cwd: folder }), folder };
}

const CONNECTIONS = `
project: shop
connections:
  shop: { type: sqlite, path: ./shop.db }
  lake: { type: files, path: ./lake }
`;

async function loadPipeline(body: string): Promise<ProjectDefinition["pipelines"][string]> {
  const { project } = await load({ "tidemark.yaml": `${CONNECTIONS}pipelines:\n  orders:\n${body}` });
  const pipeline = project.pipelines["orders"];
  if (pipeline === undefined) throw new TypeError("no pipeline was loaded");
  return pipeline;
}

const WHOLE = `# yaml-language-server: $schema=./.tidemark/schema.json
project: shop
state: ./state
connections:
  shop: { type: sqlite, path: ./shop.db }
  lake: { type: files, path: ./lake }
defaults: { retries: { attempts: 5, base: 200ms, cap: 1m }, readers: 4, maxValueBytes: 1MiB }
pipelines:
  orders:
    source:
      { from: shop, table: orders, where: "total > 0", mode: range, key: [shop, id], rangeColumn: day, chunkRows: 1000,
        maxSnapshotAge: 5m, columns: { total: decimal(12,2), note: { type: text, nullable: false } } }
    transform:
      - select: [id, total]
      - rename: { total: amount }
      - cast: { amount: decimal(14, 2) }
    onError: { action: fail, stopAfter: { share: 0.5%, count: 7 } }
    sink: { to: lake, path: "out/{pipeline}/{date}/", format: parquet, compression: snappy, mode: append, partSize: 64MB }
    retries: { attempts: 2 }
    validate: false
    readers: 1
  back:
    source: { from: lake, path: "in/*.csv", csv: { header: false, delimiter: ";", nullText: NULL } }
    sink: { to: shop, table: copy, mode: upsert, key: id, generatedKey: row }
`;

describe("loadProject", () => {
  it("reads every key, in base units, with paths from the file's folder", async () => {
    const { project, folder } = await load({ "tidemark.yaml": WHOLE });
    expect(project).toEqual({
      project: "shop",
      state: join(folder, "state"),
      path: join(folder, "tidemark.yaml"),
      connections: {
        shop: { type: "sqlite", name: "shop", path: join(folder, "shop.db") },
        lake: { type: "files", name: "lake", path: join(folder, "lake") },
      },
      pipelines: { orders: wholeOrders(folder), back: wholeBack(folder) },
    });
  });

  it("fills every default", async () => {
    const pipeline = await loadPipeline(
      "    source: { from: shop, table: orders }\n    sink: { to: lake }\n",
    );
    expect(pipeline).toMatchObject({
      source: { chunkRows: 250_000, maxSnapshotAgeMs: 1_800_000, columns: {} },
      transform: [],
      onError: { action: "quarantine", stopAfterShare: 0.01, stopAfterCount: 1000 },
      sink: {
        path: "orders",
        format: "parquet",
        compression: "zstd",
        writeMode: "replace",
        partBytes: 128_000_000,
      },
      retries: { attempts: 3, baseMs: 100, capMs: 5000 },
      validate: true,
      readers: 2,
      maxValueBytes: 16_000_000,
    });
    expect(Object.keys(pipeline.source)).not.toContain("mode");
  });

  it("takes the defaults that the JSON Schema names", async () => {
    const short = await loadPipeline(`    source: { from: shop, table: o }\n    sink: { to: lake }\n`);
    const whole =
      await loadPipeline(`    source: { from: shop, table: o, chunkRows: 250000, maxSnapshotAge: 30m }
    sink: { to: lake, path: "{pipeline}", format: parquet, mode: replace, partSize: 128MB, compression: zstd }
    onError: { action: quarantine, stopAfter: { share: 1%, count: 1000 } }
    retries: { attempts: 3, base: 100ms, cap: 5s }
    validate: true
    readers: 2
    maxValueBytes: 16MB
`);
    expect(withoutFolder(whole)).toBe(withoutFolder(short));
  });

  it("leaves a bound of quarantine that is not given unchecked", async () => {
    const pipeline = await loadPipeline(
      "    source: { from: shop, table: o }\n    onError: { stopAfter: { count: 0 } }\n    sink: { to: lake }\n",
    );
    expect(pipeline.onError).toEqual({ action: "quarantine", stopAfterShare: null, stopAfterCount: 0 });
  });

  it.each([
    ["in/a.parquet", "parquet", ","],
    ["in/*.CSV", "csv", ","],
    ["in/**/*.tsv", "csv", "\t"],
    ["a.ndjson", "ndjson", ","],
    ["a.b.jsonl", "ndjson", ","],
  ])("tells the format of %s", async (path, format, delimiter) => {
    const pipeline = await loadPipeline(
      `    source: { from: lake, path: "${path}" }\n    sink: { to: shop, table: x }\n`,
    );
    expect(pipeline.source).toMatchObject({ format, csv: { delimiter } });
  });

  it("reads a query from its file", async () => {
    const text = `${CONNECTIONS}pipelines: { q: { source: { from: shop, query_file: sql/q.sql }, sink: { to: lake } } }\n`;
    const { project } = await load({ "tidemark.yaml": text, "sql/q.sql": "\ufeffSELECT $1 FROM t\n" });
    expect(project.pipelines["q"]?.source).toMatchObject({ query: "SELECT $1 FROM t" });
  });

  it("writes CSV and NDJSON plain", async () => {
    const pipeline = await loadPipeline(
      "    source: { from: shop, table: o }\n    sink: { to: lake, format: csv }\n",
    );
    expect(pipeline.sink).toMatchObject({ format: "csv", compression: "none" });
  });

  it("reads a file with a byte order mark, Windows line ends and no pipelines", async () => {
    const { project } = await load({ "tidemark.yaml": "\ufeffproject: shop\r\nconnections: {}\r\n" });
    expect(project.project).toBe("shop");
    expect(project.pipelines).toEqual({});
  });

  it("follows aliases and merge keys, which overrule nothing", async () => {
    const { project } = await load({
      "tidemark.yaml": `${CONNECTIONS}
pipelines:
  a: &a { source: &s { from: shop, table: a }, readers: 7, sink: { to: lake } }
  b: { <<: *a, readers: 3, source: { <<: [*s], where: "x = 1" } }
  c: { source: *s, sink: { to: lake } }
`,
    });
    expect(project.pipelines["b"]).toMatchObject({ readers: 3, source: { table: "a", where: "x = 1" } });
    expect(project.pipelines["c"]?.source).toEqual(project.pipelines["a"]?.source);
  });
});

describe("variables", () => {
  it("are expanded in flow mappings without quotes, in numbers and in switches", async () => {
    const text = `
project: \${P:-shop}
connections: { shop: { type: sqlite, path: \${DIR}/\${DB:-a,b [c].db} }, lake: { type: files, path: \${L:-\${DIR}} } }
pipelines:
  o:
    source: { from: shop, table: $$t, chunkRows: \${ROWS}, where: 'x = "\${W}"' }
    sink: { to: lake }
    validate: \${V}
`;
    const env = { DIR: "/data", ROWS: "500", V: "false", W: "yes: {no}" };
    const { project } = await load({ "tidemark.yaml": text }, env);
    expect(project.connections["shop"]?.path).toBe("/data/a,b [c].db");
    expect(project.connections["lake"]?.path).toBe("/data");
    expect(project.pipelines["o"]).toMatchObject({
      source: { table: "$t", chunkRows: 500, where: 'x = "yes: {no}"' },
      validate: false,
    });
  });

  it("come from an env file only when it is asked for, and the environment goes before it", async () => {
    const text = "project: ${A}\nconnections: { x: { type: files, path_env: B } }\n";
    const cwd = await folderWith({ "tidemark.yaml": text, ".env": '# x\nA=file\nB="/from file"\n' });
    const request = { path: "tidemark.yaml", env: { A: "environment" }, cwd };
    const project = await loadProject({ ...request, envFile: ".env" });
    expect(project.project).toBe("environment");
    expect(project.connections["x"]?.path).toBe("/from file");
    await expect(loadProject(request)).rejects.toMatchObject({ code: "CONFIG_UNSET_VARIABLE" });
  });

  it("may hold a path, as may a file", async () => {
    const text = `project: p
connections: { a: { type: sqlite, path_env: A_DB }, b: { type: files, path_file: secrets/b } }
`;
    const { project, folder } = await load(
      { "tidemark.yaml": text, "secrets/b": "data/b \r\n" },
      { A_DB: "a.db" },
    );
    expect(project.connections["a"]?.path).toBe(join(folder, "a.db"));
    expect(project.connections["b"]?.path).toBe(join(folder, "data/b "));
  });
});

describe("include", () => {
  it("merges connections and pipelines, with paths from the folder of the file they stand in", async () => {
    const { project, folder } = await load({
      "tidemark.yaml":
        "project: p\ninclude: [./pipelines/*.yaml, connections.yaml, ./*.yaml]\ndefaults: { readers: 5 }\n",
      "connections.yaml": "connections: { lake: { type: files, path: lake } }\n",
      "pipelines/b.yaml": includedPipeline("b"),
      "pipelines/a.yaml": `connections: { db: { type: sqlite, path: a.db } }\n${includedPipeline("a")}`,
      "pipelines/ignored.yml": "not read: at all\n",
    });
    expect(Object.keys(project.pipelines)).toEqual(["a", "b"]);
    expect(project.connections["db"]?.path).toBe(join(folder, "pipelines/a.db"));
    expect(project.pipelines["b"]?.readers).toBe(5);
  });

  it("may match nothing by pattern, but not by name", async () => {
    const { project } = await load({ "tidemark.yaml": "project: p\ninclude: ./none/*.yaml\n" });
    expect(project.pipelines).toEqual({});
    await expect(load({ "tidemark.yaml": "project: p\ninclude: ./none.yaml\n" })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: "tidemark.yaml:2:10: include: './none.yaml' does not exist",
    });
  });

  it("reads a file once, also by another name", async () => {
    const folder = await folderWith({
      "tidemark.yaml": "project: p\ninclude: ./x/*.yaml\n",
      "x/a.yaml": "connections: { db: { type: sqlite, path: a.db } }\n",
    });
    await symlink("a.yaml", join(folder, "x/b.yaml"));
    const project = await loadProject({ path: join(folder, "tidemark.yaml"), env: {} });
    expect(Object.keys(project.connections)).toEqual(["db"]);
  });
});

function withoutFolder(definition: unknown): string {
  return JSON.stringify(definition).replaceAll(/tidemark-configuration-\w+/g, "");
}

function includedPipeline(name: string): string {
  return `pipelines: { ${name}: { source: { from: db, table: ${name} }, sink: { to: lake } } }\n`;
}

function wholeOrders(folder: string): unknown {
  return {
    name: "orders",
    source: {
      kind: "sqlite",
      path: join(folder, "shop.db"),
      table: "orders",
      where: "total > 0",
      mode: "range",
      key: ["shop", "id"],
      rangeColumn: "day",
      chunkRows: 1000,
      maxSnapshotAgeMs: 300_000,
      columns: {
        total: { type: { kind: "decimal", precision: 12, scale: 2 }, nullable: true },
        note: { type: { kind: "text" }, nullable: false },
      },
    },
    transform: [
      { kind: "select", columns: ["id", "total"] },
      { kind: "rename", columns: { total: "amount" } },
      { kind: "cast", columns: { amount: { kind: "decimal", precision: 14, scale: 2 } } },
    ],
    onError: { action: "fail", stopAfterShare: 0.005, stopAfterCount: 7 },
    sink: {
      kind: "files",
      root: join(folder, "lake"),
      path: "out/orders/{date}",
      format: "parquet",
      compression: "snappy",
      writeMode: "append",
      partBytes: 64_000_000,
    },
    retries: { attempts: 2, baseMs: 200, capMs: 60_000 },
    validate: false,
    readers: 1,
    maxValueBytes: 1_048_576,
  };
}

function wholeBack(folder: string): unknown {
  return {
    name: "back",
    source: {
      kind: "files",
      root: join(folder, "lake"),
      path: "in/*.csv",
      format: "csv",
      csv: { header: false, delimiter: ";", nullText: "NULL" },
      columns: {},
    },
    transform: [],
    onError: { action: "quarantine", stopAfterShare: 0.01, stopAfterCount: 1000 },
    sink: {
      kind: "sqlite",
      path: join(folder, "shop.db"),
      table: "copy",
      writeMode: "upsert",
      key: ["id"],
      generatedKey: "row",
    },
    retries: { attempts: 5, baseMs: 200, capMs: 60_000 },
    validate: true,
    readers: 4,
    maxValueBytes: 1_048_576,
  };
}
