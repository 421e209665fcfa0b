import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cruiseLayers } from "./cruise-layers.ts";
import { ROOT, sourceFiles } from "./source-files.ts";

describe("layers", () => {
  it("are kept by every import of src", async () => {
    const { moduleCount, violations } = await cruiseLayers(ROOT);
    expect(violations).toEqual([]);
    expect(moduleCount).toBe(sourceFiles("src").filter(({ path }) => !path.endsWith(".test.ts")).length);
    expect(moduleCount).toBeGreaterThan(100);
  });
});

/** What each rule is there to catch: a file, what it imports, and the rule that must say so. */
const PLANTS = [
  ["layer-core", "core/a.ts", 'import "../ledger/empty.ts";'],
  ["layer-ledger", "ledger/a.ts", 'import "../columns/empty.ts";'],
  ["layer-columns", "columns/a.ts", 'import "../ledger/empty.ts";'],
  ["layer-formats", "formats/csv/a.ts", 'import "../../connectors/port.ts";'],
  ["layer-storage-port", "storage/a.ts", 'import "./sqlite/empty.ts";'],
  ["layer-connector-ports", "connectors/a.ts", 'import "./sqlite/empty.ts";'],
  ["layer-storage-adapter", "storage/sqlite/a.ts", 'import "../../pipeline/empty.ts";'],
  ["layer-connector-adapter", "connectors/sqlite/a.ts", 'import "../files/empty.ts";'],
  ["layer-definition", "pipeline/definition.ts", 'import "../ledger/empty.ts";'],
  [
    "layer-pipeline",
    "pipeline/a.ts",
    'import type { X } from "../storage/sqlite/empty.ts"; export type Y = X;',
  ],
  ["layer-pipeline", "pipeline/b.ts", 'export const load = () => import("../connectors/files/empty.ts");'],
  ["layer-configuration", "configuration/a.ts", 'import "../pipeline/empty.ts";'],
  ["layer-operations", "operations/a.ts", 'import "../connectors/files/empty.ts";'],
  ["layer-runtime", "runtime/a.ts", 'import "../cli/empty.ts";'],
  ["layer-cli", "cli/a.ts", 'import "../connectors/files/empty.ts";'],
  ["cli-calls-operations", "cli/b.ts", 'import { x } from "../pipeline/definition.ts"; export { x };'],
  ["layer-testing", "testing/a.ts", 'import "../runtime/empty.ts";'],
  ["layer-entry", "index.ts", 'import "./cli/empty.ts";'],
  ["driver-sqlite", "pipeline/c.ts", 'import { DatabaseSync } from "node:sqlite"; export { DatabaseSync };'],
  [
    "definition-is-data",
    "connectors/files/a.ts",
    'import { x } from "../../pipeline/definition.ts"; export { x };',
  ],
  ["no-cycle", "core/b.ts", 'import "./c.ts";'],
  ["every-file-in-a-room", "misc/a.ts", 'import "../attic/empty.ts";'],
  ["resolves", "core/d.ts", 'import "./nowhere.ts";'],
] as const;

const EMPTY_ROOMS = [
  "attic",
  "cli",
  "columns",
  "connectors/files",
  "connectors/sqlite",
  "ledger",
  "pipeline",
  "runtime",
  "storage/sqlite",
];

describe("the layer test", () => {
  const root = mkdtempSync(join(tmpdir(), "tidemark-layers-"));
  afterAll(() => rmSync(root, { recursive: true }));

  const plant = (path: string, text: string): void => {
    const file = join(root, "src", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${text}\n`);
  };

  it("catches what is planted against each rule", async () => {
    for (const room of EMPTY_ROOMS) plant(`${room}/empty.ts`, "export type X = 1;");
    plant("connectors/port.ts", "export type X = 1;");
    plant("core/c.ts", 'import "./b.ts";');
    plant("core/named.ts", 'import type { Y } from "./naming.ts"; export type X = Y;');
    plant("core/naming.ts", 'import type { X } from "./named.ts"; export type Y = X;');
    for (const [, path, text] of PLANTS) plant(path, text);
    const { violations } = await cruiseLayers(root);
    for (const [rule, path] of PLANTS) {
      expect(violations).toContainEqual(expect.stringContaining(`${rule}: src/${path} -> `));
    }
    expect(violations.filter((violation) => violation.includes("nam"))).toEqual([]);
  });
});
