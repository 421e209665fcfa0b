/**
 * Values of variables and of `*_file` are planted in every text that a definition takes: conditions, queries, patterns, paths
 * of databases and folders, of sources and of sinks. Commands that succeed and commands that fail may show their names, and
 * none may show a value: not on stdout, not on stderr, not in an event, nor in any table but the bounds of batches.
 */
import { globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, type TempProject, tempProject } from "../support/temp-project.ts";
import { parse, tidemark } from "./command-line.ts";

/** Every planted value holds it. */
const CANARY = "canary-c41d";

const CONFIG = `project: secrets
connections:
  shop: { type: sqlite, path_env: SHOP_DB }
  same: { type: sqlite, path: "./${"${PLACE}"}/shop.db" }
  in: { type: files, path_env: IN_FOLDER }
  lake: { type: files, path_file: ./lake.path }
  out: { type: sqlite, path_env: OUT_DB }
  barred: { type: files, path_env: BARRED }
  gone: { type: sqlite, path_env: GONE_DB }
pipelines:
  filtered:
    source: { from: shop, table: orders, where: "token = '${"${TOKEN}"}'", chunkRows: 1, mode: keyset }
    sink: { to: lake, path: "filtered/${"${TENANT:-none}"}" }
  queried:
    source: { from: same, query: "SELECT id FROM orders WHERE token = '${"${TOKEN}"}'" }
    sink: { to: out, table: queried, mode: append }
  files:
    source: { from: in, path: "${"${PATTERN}"}/*.csv" }
    sink: { to: lake, path: files }
  broken:
    source: { from: shop, query: "SELECT id FROM orders WHERE ${"${TOKEN_COLUMN}"} = 1" }
    sink: { to: lake, path: broken }
  torn:
    source: { from: shop, table: orders, where: "token = ${"${QUOTED}"}" }
    sink: { to: lake, path: torn }
  unwritable:
    source: { from: in, path: "${"${PATTERN}"}/*.csv" }
    sink: { to: barred, path: files }
  missing:
    source: { from: gone, table: orders }
    sink: { to: lake, path: missing }
  misnamed:
    source: { from: shop, table: ordres }
    sink: { to: lake, path: misnamed }
`;

let project: TempProject;
let env: Record<string, string>;
const shown: Record<string, Ended> = {};

beforeAll(async () => {
  project = tempProject(CONFIG);
  const place = `${CANARY}-place`;
  mkdirSync(project.path(`${place}/in/${CANARY}-pattern`), { recursive: true });
  project.write(`${place}/in/${CANARY}-pattern/a.csv`, "id\n1\n2\n");
  project.write(`${place}/in/${CANARY}-pattern/empty.csv`, "");
  project.write(`${place}/barred`, "a file where a folder is wanted");
  project.write("lake.path", `./${place}/lake\n`);
  using shop = new DatabaseSync(project.path(`${place}/shop.db`));
  shop.exec(`PRAGMA journal_mode = WAL; CREATE TABLE orders (id INTEGER PRIMARY KEY, token TEXT);
    INSERT INTO orders VALUES (1, '${CANARY}-token'), (2, 'other'), (3, '${CANARY}-token')`);
  env = {
    SHOP_DB: project.path(`${place}/shop.db`),
    PLACE: place,
    IN_FOLDER: `./${place}/in`,
    OUT_DB: project.path(`${place}/${CANARY}-out.db`),
    BARRED: project.path(`${place}/barred`),
    GONE_DB: project.path(`${place}/in/${CANARY}-gone.db`),
    TOKEN: `${CANARY}-token`,
    TOKEN_COLUMN: "canary_c41d_column",
    QUOTED: `'it''s' '${CANARY}' (`,
    TENANT: `${CANARY}-tenant`,
    PATTERN: `${CANARY}-pattern`,
  };
  for (const command of [
    "check",
    "check --json",
    "doctor",
    "doctor --json",
    "plan filtered queried files",
    "plan filtered queried files --json",
    "plan broken",
    "plan torn --json",
    "run --all --verbose",
    "resume files --json",
    "status",
    "status --json",
    "runs",
    "journal filtered",
    "journal filtered --json",
    "journal queried --json",
    "journal files --follow",
    "validate --deep",
    "validate files --json",
    "state show",
    "state reset filtered --yes",
    "schema",
  ])
    shown[command] = await tidemark(project, command.split(" "), { env });
}, 180_000);
afterAll(() => project[Symbol.dispose]());

/** The places where a planted value stands, with what is around it. */
function leaks(text: string): string[] {
  return text.match(/.{0,80}canary[-_]c41d.{0,80}/g) ?? [];
}

describe("values of variables and of files", () => {
  it("do what they are for: three pipelines read and write what they select", () => {
    const { code, stderr } = shown["run --all --verbose"] ?? expect.fail("it was not run");
    expect(code, stderr).toBe(1);
    expect(stderr.match(/✓ 2 rows/g), stderr).toHaveLength(3);
    expect(shown["validate --deep"]?.code, shown["validate --deep"]?.stdout).toBe(0);
    expect(
      globSync(`${CANARY}-place/lake/filtered/${CANARY}-tenant/*.parquet`, { cwd: project.folder }),
    ).toHaveLength(2);
  });

  it("are in nothing that a command prints, well or ill", () => {
    for (const [command, { stdout, stderr }] of Object.entries(shown)) {
      expect(leaks(stdout + stderr), command).toEqual([]);
    }
  });

  it("stand by their names where they belong: statements, patterns, labels and errors", () => {
    const plan = shown["plan filtered queried files"]?.stdout;
    expect(plan).toContain("filtered  ${SHOP_DB}: orders → filtered/${TENANT}");
    expect(plan).toContain("token = '${TOKEN}'");
    expect(plan).toContain("queried  shop.db: query → ${OUT_DB}: queried");
    expect(plan).toContain("files  ${PATTERN}/*.csv → files");
    const { stderr } = shown["run --all --verbose"] ?? expect.fail("it was not run");
    expect(stderr).toContain("cannot read ${SHOP_DB}: no such column: ${TOKEN_COLUMN}");
    expect(stderr).toContain("${BARRED}/files: cannot write there");
    expect(stderr).toContain("database '${GONE_DB}' does not exist in the folder of ${GONE_DB}");
    expect(stderr).toMatch(/'ordres' does not exist in \$\{SHOP_DB\}, did you mean 'orders'/);
  });

  it("are in no event, nor in any table of the ledger but the bounds of batches", () => {
    expect(ledgerText((table) => table === "events")).toContain("token = '${TOKEN}'");
    expect(leaks(ledgerText((table) => table !== "batches"))).toEqual([]);
  });

  it("are in no manifest", () => {
    const manifests = globSync(`${CANARY}-place/lake/**/_manifest.json`, { cwd: project.folder });
    expect(manifests).toHaveLength(2);
    for (const name of manifests) expect(leaks(readFileSync(project.path(name), "utf8"))).toEqual([]);
  });

  it("are named by findings, too, when a published part is gone", async () => {
    const [part = ""] = globSync(`${CANARY}-place/lake/files/*.parquet`, { cwd: project.folder });
    rmSync(project.path(part));
    const { code, stdout, stderr } = await tidemark(project, ["validate", "files"], { env });
    expect(code).toBe(3);
    expect(stdout).toMatch(/contents of \.\/lake\.path\/files\/\S+: is missing/);
    expect(leaks(stdout + stderr)).toEqual([]);
  });

  it("are sealed in the plan all the same: another value is another hash", async () => {
    const hashes = async (changed: Record<string, string>): Promise<string[]> => {
      const { stdout } = await tidemark(project, ["plan", "filtered", "queried", "files", "--json"], {
        env: { ...env, ...changed },
      });
      return parse<{ plans: { planHash: string }[] }>(stdout).plans.map(({ planHash }) => planHash);
    };
    const [filtered, queried, files] = await hashes({});
    const other = await hashes({ TOKEN: "other" });
    expect(other[0]).not.toBe(filtered);
    expect(other[1]).not.toBe(queried);
    expect(other[2]).toBe(files);
    expect((await hashes({ PATTERN: "*" }))[2]).not.toBe(files);
  });
});

/** Every value of the chosen tables, as one text. */
function ledgerText(isChosen: (table: string) => boolean): string {
  using ledger = new DatabaseSync(project.path(".tidemark/ledger.db"), { readOnly: true });
  return ledger
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all()
    .map(({ name }) => String(name))
    .filter(isChosen)
    .flatMap((name) => ledger.prepare(`SELECT * FROM "${name}"`).all())
    .flatMap((row) => Object.values(row).map(valueText))
    .join("\n");
}

function valueText(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value);
}
