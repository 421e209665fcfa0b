/** What is wrong with a configuration is said with file, line, column and the remedy, by every command, before anything is made. */
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { tempProject } from "../support/temp-project.ts";
import { tidemark } from "./command-line.ts";

const GOOD = `project: shop
connections:
  shop: { type: sqlite, path: ./shop.db }
  lake: { type: files, path: ./lake }
pipelines:
  orders:
    source: { from: shop, table: orders }
    sink: { to: lake, path: orders }
`;

const BAD: readonly (readonly [string, string, string, RegExp])[] = [
  ["a tab", `${GOOD}\treaders: 2\n`, "CONFIG_SYNTAX", /tidemark\.yaml:9:1: .*tab/i],
  [
    "an unknown key",
    GOOD.replace("table:", "tabel:"),
    "CONFIG_",
    /tidemark\.yaml:7:27: unknown key 'tabel' in .*did you mean 'table'\?/,
  ],
  [
    "an unset variable",
    GOOD.replace("./shop.db", "${SHOP_PATH_UNSET}"),
    "CONFIG_UNSET_VARIABLE",
    /tidemark\.yaml:3:\d+: connections\.shop\.path: environment variable SHOP_PATH_UNSET is not set/,
  ],
  [
    "two pipelines of one name",
    `${GOOD}  orders:\n    source: { from: shop, table: orders }\n    sink: { to: lake, path: more }\n`,
    "CONFIG_DUPLICATE",
    /tidemark\.yaml:9:3: .*'orders' is defined twice; the first stands at .*6/,
  ],
  [
    "a duration without its unit",
    `${GOOD}    retries: { base: 100 }\n`,
    "CONFIG_INVALID",
    /tidemark\.yaml:9:22: pipelines\.orders\.retries\.base: duration '100' is not understood; write it as .*ms/,
  ],
  [
    "a size without its unit",
    `${GOOD}    maxValueBytes: 16\n`,
    "CONFIG_INVALID",
    /tidemark\.yaml:9:20: pipelines\.orders\.maxValueBytes: size '16' is not understood; write it as .*MB/,
  ],
  [
    "a share without its unit",
    `${GOOD}    onError: { stopAfter: { share: 0.01 } }\n`,
    "CONFIG_INVALID",
    /stopAfter\.share: share '0\.01' is not understood; write it as .*%/,
  ],
  [
    "a connection that is not there",
    GOOD.replace("from: shop", "from: shpo"),
    "CONFIG_",
    /tidemark\.yaml:7:\d+: .*shpo.*did you mean 'shop'\?/,
  ],
  [
    "a type that is none",
    GOOD.replace("table: orders }", "table: orders, columns: { total: decimal(12 } }"),
    "CONFIG_",
    /tidemark\.yaml:7:/,
  ],
  [
    "a key that comes later",
    `${GOOD}    schedule: "@daily"\n`,
    "CONFIG_",
    /schedule.*arrives in a later version/,
  ],
];

describe("a configuration with", () => {
  it.each(BAD)("%s", async (_name, text, code, message) => {
    using project = tempProject(text);
    const ended = await tidemark(project, ["check"]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toContain(code);
    expect(ended.stderr).toMatch(/^ {2}next: \S/m);
  });

  it("several problems: all are said at once, and run makes nothing, not even state", async () => {
    using project = tempProject(
      GOOD.replace("table:", "tabel:").replace("path: orders", "path: orders, compresion: zstd"),
    );
    const ended = await tidemark(project, ["run"]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/tabel[\s\S]*compresion.*did you mean 'compression'\?/);
    expect(existsSync(project.path(".tidemark"))).toBe(false);
    expect(existsSync(project.path("lake"))).toBe(false);
  });

  it("a name that two files give names both places", async () => {
    using project = tempProject(GOOD.replace("connections:", "include: ./more.yaml\nconnections:"));
    project.write(
      "more.yaml",
      "pipelines:\n  orders:\n    source: { from: shop, table: b }\n    sink: { to: lake, path: b }\n",
    );
    const { code, stderr } = await tidemark(project, ["check", "--json"]);
    expect(code, stderr).toBe(1);
    const { stdout } = await tidemark(project, ["check", "--json"]);
    expect(stdout).toMatch(
      /CONFIG_DUPLICATE[\s\S]*(more\.yaml[\s\S]*tidemark\.yaml|tidemark\.yaml[\s\S]*more\.yaml)/,
    );
  });
});
