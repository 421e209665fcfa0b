import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type TidemarkError, toTidemarkError } from "../core/errors.ts";
import { loadProject } from "./load-project.ts";
import { CONFIG_BYTES_MAX } from "./read-config-text.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;

async function errorOf(files: Files, env: Readonly<Record<string, string>> = {}): Promise<TidemarkError> {
  const cwd = await mkdtemp(join(tmpdir(), "tidemark-configuration-"));
  onTestFinished(async () => await rm(cwd, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), text);
  }
  const loading = loadProject({ path: "tidemark.yaml", env, cwd });
  return await loading.then(() => expect.unreachable("it was accepted"), toTidemarkError);
}

async function expectError(text: string, code: string, message: string): Promise<void> {
  expect(await errorOf({ "tidemark.yaml": text })).toMatchObject({
    code,
    message: `tidemark.yaml:${message}`,
  });
}

const HEAD = `project: p
connections:
  db: { type: sqlite, path: ./shop.db }
  lake: { type: files, path: ./lake }
pipelines:
  o:
`;
const SOURCE = "    source: { from: db, table: t }\n";
const SINK = "    sink: { to: lake }\n";

describe("a file that is no configuration", () => {
  it.each<[string, Files, string, string]>([
    ["is missing", {}, "CONFIG_NOT_FOUND", "no configuration at tidemark.yaml"],
    ["is a folder", { "tidemark.yaml/x": "" }, "CONFIG_UNREADABLE", "it is a folder"],
    ["holds NUL bytes", { "tidemark.yaml": "project: \0" }, "CONFIG_UNREADABLE", "NUL bytes"],
    [
      "is not UTF-8",
      { "tidemark.yaml": Buffer.from("project: caf\xe9", "latin1") },
      "CONFIG_UNREADABLE",
      "not UTF-8",
    ],
    [
      "is UTF-16",
      { "tidemark.yaml": Buffer.from("\ufeffproject: p", "utf16le") },
      "CONFIG_UNREADABLE",
      "NUL bytes",
    ],
    [
      "is huge",
      { "tidemark.yaml": Buffer.alloc(CONFIG_BYTES_MAX + 1, 32) },
      "CONFIG_UNREADABLE",
      "at most 4194304",
    ],
    ["is empty", { "tidemark.yaml": "" }, "CONFIG_SYNTAX", "it is empty"],
    ["holds comments alone", { "tidemark.yaml": "# project: p\n" }, "CONFIG_SYNTAX", "it is empty"],
    ["holds noncharacters", { "tidemark.yaml": "project: \ufdd0" }, "CONFIG_SYNTAX", "noncharacters"],
  ])("%s", async (_, files, code, message) => {
    const error = await errorOf(files);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it("can not be read", async () => {
    const cwd = await mkdtemp(join(tmpdir(), "tidemark-configuration-"));
    onTestFinished(async () => await rm(cwd, { recursive: true }));
    await writeFile(join(cwd, "a"), "");
    const path = join("a", "tidemark.yaml");
    await expect(loadProject({ path, env: {}, cwd })).rejects.toMatchObject({
      code: "CONFIG_UNREADABLE",
      message: `cannot read ${path}: a part of its path is a file, not a folder`,
    });
  });
});

describe("YAML that is refused", () => {
  it.each([
    [
      "a tab",
      "project: p\nconnections:\n\tdb: 1\n",
      "3:1: this line is indented with a tab; YAML wants spaces",
    ],
    [
      "a tab within braces",
      "connections: {\n\tdb: 1}\n",
      "2:2: this line is indented with a tab; YAML wants spaces",
    ],
    [
      "a second document",
      "project: p\n---\nproject: q\n",
      "2:1: a second document begins here (---); a file holds one",
    ],
    [
      "a bracket left open",
      "project: p\ninclude: [a\n",
      "3:1: not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    ["an unknown tag", "project: !js p\n", "1:10: not valid YAML: unresolved tag: !js"],
  ])("%s", async (_, text, message) => {
    await expectError(text, "CONFIG_SYNTAX", message);
  });

  it("nested deeper than any parser likes", async () => {
    const error = await errorOf({ "tidemark.yaml": `a: ${"[".repeat(100_000)}` });
    expect(error).toMatchObject({ code: "CONFIG_SYNTAX" });
    expect(error.message).toContain("values are nested too deeply");
  });

  it.each([
    ["a list", "- project: p\n", "1:1: the file: is a mapping (key: value), not a list"],
    ["a key that is no text", "project: p\n? [a]\n: 1\n", "2:3: : a key is a text"],
    [
      "a key that objects can not hold",
      "project: p\n__proto__: 1\n",
      "2:1: __proto__: this can not be a key",
    ],
    ["an alias without its anchor", "project: *p\n", "1:10: project: no anchor '&p' stands above this alias"],
    [
      "a merge of what is no mapping",
      "project: p\n<<: 1\n",
      "2:1: <<: merges a mapping, or a list of mappings, such as *defaults",
    ],
    ["binary data", "project: !!binary aGVsbG8=\n", "1:19: project: a tag (!!) can not be used here"],
  ])("%s", async (_, text, message) => {
    await expectError(text, "CONFIG_INVALID", message);
  });

  it("an alias within its own anchor", async () => {
    const error = await errorOf({ "tidemark.yaml": "project: p\ninclude: &a [*a]\n" });
    expect(error.message).toContain("does an alias (*) stand within its own anchor (&)?");
    const merged = await errorOf({ "tidemark.yaml": "project: p\nconnections: &a { <<: *a }\n" });
    expect(merged.message).toContain("does an alias (*) stand within its own anchor (&)?");
  });

  it("aliases that grow without bound", async () => {
    const bomb = `x:\n  a: &a [1]\n${level("b", "a")}${level("c", "b")}${level("d", "c")}${level("e", "d")}${level("f", "e")}`;
    const error = await errorOf({ "tidemark.yaml": bomb });
    expect(error.message).toContain("it has more than 100000 values");
  });
});

function level(name: string, below: string): string {
  return `  ${name}: &${name} [${Array(20).fill(`*${below}`).join(",")}]\n`;
}

describe("a name given twice", () => {
  it.each([
    [
      "project: p\nproject: q\n",
      "2:1: key 'project' is defined twice; the first stands at tidemark.yaml:1:1",
    ],
    [
      "project: p\nconnections:\n  a: { type: files, path: a }\n  a: { type: files, path: b }\n",
      "4:3: connection 'a' is defined twice; the first stands at tidemark.yaml:3:3",
    ],
    [
      `${HEAD}${SOURCE}${SINK}  o:\n`,
      "9:3: pipeline 'o' is defined twice; the first stands at tidemark.yaml:6:3",
    ],
  ])("within a file: %j", async (text, message) => {
    await expectError(text, "CONFIG_DUPLICATE", message);
  });

  it("in two files names both places", async () => {
    const error = await errorOf({
      "tidemark.yaml": `include: more/*.yaml\n${HEAD}${SOURCE}${SINK}`,
      "more/a.yaml": `pipelines:\n  o:\n${SOURCE}    sink: { to: lake, path: other }\n`,
    });
    expect(error).toMatchObject({
      code: "CONFIG_DUPLICATE",
      message: "more/a.yaml:2:3: pipeline 'o' is defined twice; the first stands at tidemark.yaml:7:3",
    });
  });
});

describe("variables", () => {
  it("that are not set are named with key, file and place", async () => {
    await expectError(
      "project: p\nconnections: { a: { type: files, path: ${LAKE} } }\n",
      "CONFIG_UNSET_VARIABLE",
      "2:40: connections.a.path: environment variable LAKE is not set",
    );
    await expectError(
      "project: ${P:?name the project}\n",
      "CONFIG_UNSET_VARIABLE",
      "1:10: project: environment variable P is not set: name the project",
    );
    await expectError(
      "project: p\nconnections: { a: { type: files, path_env: LAKE } }\n",
      "CONFIG_UNSET_VARIABLE",
      "2:44: connections.a.path_env: environment variable LAKE is not set",
    );
  });

  it("that are malformed are refused with the forms", async () => {
    await expectError(
      "project: ${P\n",
      "CONFIG_INVALID",
      "1:10: project: a ${ without its }; write ${NAME}, ${NAME:-default} or ${NAME:?message}, and $$ for a dollar sign",
    );
  });

  it("are shown as written wherever their value is refused, never as they expanded", async () => {
    const secret = "hunter2/../..";
    const places = [
      "project: ${S}\n",
      "project: p\ninclude: ${S}\n",
      "project: p\nstate: ftp://${S}\n",
      "project: p\nconnections: { a: { type: ${S}, path: x } }\n",
      "project: p\nconnections: { a: { type: files, path_file: ${S} } }\n",
      "project: p\nconnections: { a: { type: files, path_env: ${S} } }\n",
      HEAD + SINK + "    source: { from: ${S}, table: t }\n",
      HEAD + SINK + "    source: { from: db, query_file: ${S} }\n",
      HEAD + SINK + "    source: { from: db, table: t, mode: ${S} }\n",
      HEAD + SINK + "    source: { from: db, table: t, key: [${S}, ${S}] }\n",
      HEAD + SINK + "    source: { from: db, table: t, chunkRows: ${S} }\n",
      HEAD + SINK + "    source: { from: db, table: t, maxSnapshotAge: ${S} }\n",
      HEAD + SINK + "    source: { from: db, table: t, columns: { a: ${S} } }\n",
      HEAD + SINK + "    source: { from: lake, path: ${S}, format: csv, csv: { delimiter: ${S} } }\n",
      HEAD + SINK + SOURCE + "    transform: [{ select: [${S}, ${S}] }]\n",
      HEAD + SOURCE + "    sink: { to: ${S} }\n",
      HEAD + SOURCE + "    sink: { to: lake, path: ${S} }\n",
      HEAD + "    source: { from: db, table: ${S} }\n    sink: { to: db, table: ${S} }\n",
      HEAD + SOURCE + "    sink: { to: db, table: x, mode: upsert, key: ${S}, generatedKey: ${S} }\n",
    ];
    for (const text of places) {
      const error = await errorOf({ "tidemark.yaml": text }, { S: secret });
      expect(`${text}${error.message}${JSON.stringify(error.details)}${error.next}`).not.toContain("hunter2");
    }
  });
});

describe("several problems", () => {
  it("are reported together in the order of the files", async () => {
    const error = await errorOf({
      "tidemark.yaml": `projekt: p\ninclude: more.yaml\n${HEAD}    source: { from: bd, table: t }\n    sink: { to: lake, part: 1 }\n`,
      "more.yaml": "state: x\nsagas: {}\n",
    });
    expect(error.code).toBe("CONFIG_PROBLEMS");
    expect(error.message.split("\n")).toEqual([
      "5 problems in the configuration:",
      "  tidemark.yaml:1:1: unknown key 'projekt' in the file, did you mean 'project'?",
      "  tidemark.yaml:9:21: pipelines.o.source.from: no connection 'bd', did you mean 'db'?",
      "  tidemark.yaml:10:23: unknown key 'part' in pipelines.o.sink",
      "  more.yaml:1:8: state: belongs into the main file",
      "  more.yaml:2:8: sagas: 'sagas' arrives in a later version of Tidemark",
    ]);
  });

  it("are cut after twenty", async () => {
    const keys = Array.from({ length: 30 }, (_, index) => `key${index}: 1`).join("\n");
    const error = await errorOf({ "tidemark.yaml": `project: p\n${keys}\n` });
    const lines = error.message.split("\n");
    expect(lines[0]).toBe("30 problems in the configuration:");
    expect(lines).toHaveLength(22);
    expect(lines.at(-1)).toBe("  … and 10 more");
  });

  it("come from included files too, and a broken one is said where it is included", async () => {
    const syntax = await errorOf({
      "tidemark.yaml": "project: p\ninclude: a.yaml\n",
      "a.yaml": "pipelines: [",
    });
    expect(syntax.message).toMatch(/^a\.yaml:1:13: not valid YAML/);
    const binary = await errorOf({ "tidemark.yaml": "project: p\ninclude: a.yaml\n", "a.yaml": "\0" });
    expect(binary.message).toMatch(/^tidemark\.yaml:2:10: include: cannot read a\.yaml: it holds NUL bytes/);
  });
});
