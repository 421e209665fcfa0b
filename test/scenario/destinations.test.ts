/** Where data and state go: what can not be written, what belongs to somebody else, and every file format written twice. */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { parseManifest } from "../../src/connectors/manifest.ts";
import { duckRows } from "../support/duck.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { type TempProject, tempProject } from "../support/temp-project.ts";
import { expectBalanced, runJson, tidemark } from "./command-line.ts";

function config(pipelines: string): string {
  return `project: places
connections:
  in: { type: files, path: . }
  lake: { type: files, path: ./lake }
  table: { type: sqlite, path: ./lake/out.db }
pipelines:
${pipelines}`;
}

const TO_FILES = "  files:\n    source: { from: in, path: rows.csv }\n    sink: { to: lake, path: files }\n";
const TO_TABLE = "  table:\n    source: { from: in, path: rows.csv }\n    sink: { to: table, table: rows }\n";

function projectWithRows(pipelines: string): TempProject {
  const project = tempProject(config(pipelines));
  project.write("rows.csv", "id,name\n1,Ann\n2,Bob\n");
  return project;
}

describe("a file system mounted read-only", () => {
  it("is refused before any byte, as a folder, as a table, and as state", async (test) => {
    using project = projectWithRows(TO_FILES + TO_TABLE);
    using _disk = mountSmallDisk(test, project.path("lake"), "4m");
    new DatabaseSync(project.path("lake/out.db")).close();
    execFileSync("mount", ["-o", "remount,ro", project.path("lake")]);
    const { code, of } = await runJson(project, ["run", "--all"]);
    expect(code).toBe(1);
    for (const name of ["files", "table"]) {
      expect(of(name).error, name).toMatchObject({ code: "SINK_READ_ONLY", exitCode: 1 });
      expect(of(name).error?.message).toMatch(/lake\/(files|out\.db): cannot write there: /);
      expect(of(name).error?.next).toContain("write permission");
    }
    project.write("tidemark.yaml", `${config(TO_FILES)}state: ./lake/state\n`);
    const state = await tidemark(project, ["run"]);
    expect(state.code).toBe(2);
    expect(state.stderr).toMatch(/cannot open state at .*lake\/state\/ledger\.db: EROFS: read-only/);
    expect(state.stderr).toContain("STORAGE_UNAVAILABLE");
  });
});

describe("a destination that is not ours", () => {
  it("a stranger's data file is named and stays, whichever the folder below", async () => {
    using project = projectWithRows(TO_FILES);
    mkdirSync(project.path("lake/files/2026"), { recursive: true });
    project.write("lake/files/2026/theirs.parquet", "theirs");
    const ended = await tidemark(project, ["run"]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /lake\/files holds .* no run of pipeline files wrote.* 2026\/theirs\.parquet/,
    );
    expect(ended.stderr).toContain("SINK_FOREIGN_FILES");
    expect(ended.stderr).toMatch(/next: choose an empty folder, or move those files away/);
    expect(readFileSync(project.path("lake/files/2026/theirs.parquet"), "utf8")).toBe("theirs");
    expect(readdirSync(project.path("lake/files"))).toEqual(["2026"]);
  });

  it("another pipeline's output is told by pipeline and run, and stays", async () => {
    using project = projectWithRows(TO_FILES);
    expect((await tidemark(project, ["run"])).code).toBe(0);
    const before = readdirSync(project.path("lake/files"));
    project.write("tidemark.yaml", config(TO_FILES.replace("  files:", "  other:")));
    const other = await tidemark(project, ["run"]);
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/lake\/files holds the output of pipeline files \(run-1\)/);
    expect(other.stderr).toContain("SINK_OTHER_PIPELINE");
    project.write("tidemark.yaml", config(TO_FILES));
    rmSync(project.path(".tidemark"), { recursive: true });
    const stranger = await tidemark(project, ["run"]);
    expect(stranger.code).toBe(1);
    expect(stranger.stderr).toMatch(/holds the output of pipeline files of another state folder/);
    expect(readdirSync(project.path("lake/files"))).toEqual(before);
  });

  it("a file where the folder should be is refused", async () => {
    using project = projectWithRows(TO_FILES);
    project.write("lake", "a file");
    const ended = await tidemark(project, ["run"]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/SINK_READ_ONLY/);
    expect(readFileSync(project.path("lake"), "utf8")).toBe("a file");
  });
});

describe("a state folder", () => {
  it("of a newer Tidemark is refused by every command that opens it, and not touched", async () => {
    using project = projectWithRows(TO_FILES);
    expect((await tidemark(project, ["status"])).code).toBe(0);
    const ledger = new DatabaseSync(project.path(".tidemark/ledger.db"));
    const { value: format } = ledger.prepare("SELECT value FROM meta WHERE name = 'format'").get() ?? {};
    expect(Number(format)).toBeGreaterThan(0);
    ledger.exec(`UPDATE meta SET value = '${Number(format) + 1}' WHERE name = 'format'`);
    ledger.close();
    const before = readFileSync(project.path(".tidemark/ledger.db"));
    for (const command of ["run", "status"]) {
      const ended = await tidemark(project, [command]);
      expect(ended.code).toBe(1);
      expect(ended.stderr).toMatch(/written by a newer Tidemark \(format \d+, this one knows \d+\)/);
      expect(ended.stderr).toMatch(/STORAGE_NEWER[\s\S]*next: use that version, or a newer one/);
    }
    expect(readFileSync(project.path(".tidemark/ledger.db")).equals(before)).toBe(true);
  });

  it("that is damaged is told as such", async () => {
    using project = projectWithRows(TO_FILES);
    mkdirSync(project.path(".tidemark"));
    project.write(".tidemark/ledger.db", "no database at all, only words, many of them ".repeat(100));
    const ended = await tidemark(project, ["status"]);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toMatch(/STORAGE_CORRUPT[\s\S]*next: restore the folder from a backup/);
  });
});

describe("every file format", () => {
  const formats = ["parquet", "csv", "ndjson"];
  const modes = ["replace", "append"];
  const all = formats.flatMap((format) => modes.map((mode) => `${format}_${mode}`));

  it("written twice: replace holds the second rows alone, append holds both, and the manifest says what stands", async () => {
    const pipelines = all.map((name) => {
      const [format, mode] = name.split("_");
      return `  ${name}:\n    source: { from: in, path: rows.csv, columns: { id: int64 } }\n    sink: { to: lake, path: ${name}, format: ${format}, mode: ${mode} }\n`;
    });
    using project = projectWithRows(pipelines.join(""));
    const first = await runJson(project, ["run", "--all"]);
    project.write("rows.csv", 'id,name\n3,"C, ""d""\ne"\n4,\n');
    const second = await runJson(project, ["run", "--all"]);
    expect([first.code, second.code]).toEqual([0, 0]);
    const validated = await tidemark(project, ["validate", "--deep"]);
    expect(validated, validated.stdout).toMatchObject({ code: 0 });
    for (const name of all) {
      expectBalanced(second.of(name));
      const folder = project.path(`lake/${name}`);
      const names = globSync("*.{parquet,csv,ndjson}", { cwd: folder });
      const isAppend = name.endsWith("append");
      expect(names, name).toHaveLength(isAppend ? 2 : 1);
      const manifest = parseManifest(readFileSync(`${folder}/_manifest.json`, "utf8"));
      expect(manifest?.previous).toMatchObject({ parts: 1, rows: 2 });
      expect(globSync("_manifests/*.json", { cwd: folder })).toHaveLength(isAppend ? 1 : 0);
      expect(existsSync(`${folder}/.tidemark-staging`)).toBe(false);
      const rows = await duckRows(`SELECT id, name FROM ${reader(name, folder)} ORDER BY 1`);
      const secondRows = [
        ["3", 'C, "d"\ne'],
        ["4", null],
      ];
      expect(rows, name).toEqual(isAppend ? [["1", "Ann"], ["2", "Bob"], ...secondRows] : secondRows);
    }
  });
});

function reader(name: string, folder: string): string {
  if (name.startsWith("csv")) return `read_csv('${folder}/*.csv', header = true)`;
  if (name.startsWith("ndjson")) return `read_json('${folder}/*.ndjson', format = 'newline_delimited')`;
  return `'${folder}/*.parquet'`;
}
