/**
 * Values that can be personal, and secrets, are planted where they pass through: as keys that become bounds, as values that
 * are refused, in a variable that holds a path. They may be found in the data, in the deletable state (bounds of batches,
 * quarantine files) and behind --reveal, and nowhere else.
 */
import { globSync, mkdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, type TempProject, tempProject } from "../support/temp-project.ts";
import { tidemark } from "./command-line.ts";

/** Every planted value holds it. */
const CANARY = "canary-7f3a";

const CONFIG = `project: private
connections:
  shop: { type: sqlite, path: ./shop.db }
  in: { type: files, path: ./in }
  lake: { type: files, path_env: LAKE_PATH }
  out: { type: sqlite, path_env: OUT_PATH }
pipelines:
  people:
    source: { from: shop, table: people, mode: keyset, key: [email], chunkRows: 2 }
    sink: { to: lake, path: people }
  ragged:
    source: { from: in, path: ragged.csv, columns: { id: int64 } }
    transform: [{ cast: { age: int8 } }]
    sink: { to: lake, path: ragged }
  unique:
    source: { from: in, path: unique.csv }
    sink: { to: out, table: unique_names, mode: append }
  strict:
    source: { from: in, path: strict.csv, columns: { id: int64 } }
    sink: { to: lake, path: strict }
    onError: { action: fail }
`;

let project: TempProject;
const shown: Record<string, Ended> = {};

beforeAll(async () => {
  project = tempProject(CONFIG);
  const shop = new DatabaseSync(project.path("shop.db"));
  shop.exec("PRAGMA journal_mode = WAL; CREATE TABLE people (email TEXT PRIMARY KEY NOT NULL, age INTEGER)");
  const insert = shop.prepare("INSERT INTO people VALUES (?, ?)");
  for (let index = 0; index < 6; index += 1) insert.run(`${CANARY}-key-${index}@example.org`, index);
  insert.run(`${CANARY}-key-6@example.org`, `${CANARY}-class`);
  shop.close();
  mkdirSync(project.path("in"));
  project.write(
    "in/ragged.csv",
    `id,name,age\n1,a,1\n2,${CANARY}-ragged\n${CANARY}-type,b,1\n3,c,${CANARY}-cast\n`,
  );
  project.write("in/unique.csv", `name\n${CANARY}-unique\n${CANARY}-unique\n`);
  project.write("in/strict.csv", `id\n1\n${CANARY}-strict\n`);
  const places = project.path(`${CANARY}-place`);
  mkdirSync(places);
  const out = new DatabaseSync(`${places}/out.db`);
  out.exec("CREATE TABLE unique_names (name TEXT UNIQUE)");
  out.close();
  const env = { LAKE_PATH: `${places}/lake`, OUT_PATH: `${places}/out.db` };
  for (const command of [
    "run --all",
    "resume strict --json",
    "plan",
    "plan --json",
    "check",
    "doctor",
    "doctor --json",
    "status --json",
    "runs --json",
    "journal people",
    "journal people --json",
    "journal people --follow",
    "journal ragged",
    "journal unique --json",
    "journal strict",
    "validate people --deep",
    "validate unique --json",
    "state show --json",
    "journal people --reveal",
    "journal ragged --reveal",
  ])
    shown[command] = await tidemark(project, command.split(" "), { env });
}, 120_000);
afterAll(() => project[Symbol.dispose]());

describe("planted values", () => {
  it("pass through: rows are written, refused and stop a run", () => {
    expect(shown["run --all"]?.code, shown["run --all"]?.stderr).toBe(3);
    expect(shown["run --all"]?.stderr).toMatch(/RUN_BAD_ROW/);
    const refused = globSync(".tidemark/quarantine/**/*.ndjson", { cwd: project.folder });
    const text = refused.map((name) => readFileSync(project.path(name), "utf8")).join("");
    for (const kind of ["class", "ragged", "type", "cast", "unique"])
      expect(text).toContain(`${CANARY}-${kind}`);
    expect(shown["journal people --reveal"]?.stdout).toContain(`${CANARY}-key-`);
    expect(shown["journal ragged --reveal"]?.stdout).toContain(`${CANARY}-cast`);
    expect(ledgerText((table) => table === "batches")).toContain(`${CANARY}-key-`);
  });

  it("are in nothing that a command prints unasked", () => {
    for (const [command, { stdout, stderr }] of Object.entries(shown)) {
      if (command.includes("--reveal")) continue;
      expect(stdout, command).not.toContain(CANARY);
      expect(stderr, command).not.toContain(CANARY);
    }
  });

  it("are in no event, nor in any table of the ledger but the bounds of batches", () => {
    expect(ledgerText((table) => table === "events")).toContain("run.planned");
    expect(ledgerText((table) => table !== "batches")).not.toContain(CANARY);
  });

  it("are in no manifest", () => {
    const manifests = globSync(`${CANARY}-place/lake/**/_manifest.json`, { cwd: project.folder });
    expect(manifests).toHaveLength(2);
    for (const name of manifests) expect(readFileSync(project.path(name), "utf8")).not.toContain(CANARY);
  });
});

/** Every value of the chosen tables, as one text. */
function ledgerText(isChosen: (table: string) => boolean): string {
  const ledger = new DatabaseSync(project.path(".tidemark/ledger.db"), { readOnly: true });
  const tables = ledger.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const text = tables
    .map(({ name }) => String(name))
    .filter(isChosen)
    .flatMap((name) => ledger.prepare(`SELECT * FROM "${name}"`).all())
    .flatMap((row) => Object.values(row).map(valueText))
    .join("\n");
  ledger.close();
  return text;
}

function valueText(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value);
}
