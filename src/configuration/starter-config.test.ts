import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ProjectDefinition } from "../pipeline/definition.ts";
import { loadProject } from "./load-project.ts";
import { renderStarterConfig, SCHEMA_LINE, type StarterRequest } from "./starter-config.ts";

async function loadStarter(request: StarterRequest): Promise<ProjectDefinition> {
  const cwd = await mkdtemp(join(tmpdir(), "tidemark-configuration-"));
  onTestFinished(async () => await rm(cwd, { recursive: true, force: true }));
  await writeFile(join(cwd, "tidemark.yaml"), renderStarterConfig(request));
  return await loadProject({ path: "tidemark.yaml", env: {}, cwd });
}

const FOUND: StarterRequest = {
  project: "shop",
  connections: [
    { type: "sqlite", name: "shop", path: "./shop.db" },
    { type: "files", name: "lake", path: "./in" },
  ],
  sources: [
    {
      connection: "shop",
      table: "orders",
      key: ["id"],
      columns: [
        { name: "id", type: { kind: "int", bits: 64, signed: true } },
        { name: "total", type: { kind: "decimal", precision: 12, scale: 2 } },
      ],
    },
    { connection: "lake", path: "flights-*.parquet", format: "parquet", columns: [] },
  ],
};

describe("renderStarterConfig", () => {
  it("begins with the line that editors read", () => {
    expect(renderStarterConfig(FOUND).split("\n")[0]).toBe(SCHEMA_LINE);
  });

  it("gives a pipeline for each thing found, and loads as it is", async () => {
    const project = await loadStarter(FOUND);
    expect(project.pipelines["orders"]).toMatchObject({
      source: { kind: "sqlite", table: "orders", key: ["id"] },
      sink: { kind: "files", path: "orders", format: "parquet" },
    });
    expect(project.pipelines["flights"]?.source).toMatchObject({
      path: "flights-*.parquet",
      format: "parquet",
    });
    expect(renderStarterConfig(FOUND)).toContain("# 2 columns: id int64, total decimal(12,2)");
  });

  it("writes to a folder that nothing found is read from", async () => {
    const project = await loadStarter(FOUND);
    const names = Object.keys(project.connections);
    expect(names).toEqual(["shop", "lake", "out"]);
  });

  it("loads also when nothing was found", async () => {
    const project = await loadStarter({ project: "my project!", connections: [], sources: [] });
    expect(project).toMatchObject({ project: "my_project_", pipelines: {} });
  });

  it("loads whatever tables and columns are called", async () => {
    const text = fc
      .string({ minLength: 1, unit: "grapheme" })
      .filter((name) => !/[\0\ufdd0-\ufdd6]/.test(name) && name.isWellFormed());
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(text, { minLength: 1, maxLength: 3 }), text, async (tables, column) => {
        const columns = [{ name: column, type: { kind: "text" as const } }];
        const sources = tables.map((table) => ({ connection: "db", table, key: [column], columns }));
        const project = await loadStarter({
          project: column,
          connections: [{ type: "sqlite", name: "db", path: `./${column.replaceAll("/", "")}.db` }],
          sources,
        });
        const read = Object.values(project.pipelines).map(({ source }) => source);
        expect(read).toMatchObject(tables.map((table) => ({ table, key: [column] })));
      }),
      { numRuns: 60 },
    );
  });
});
