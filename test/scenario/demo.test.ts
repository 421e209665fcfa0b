/** `npm run demo` as a newcomer runs it: the built command line, real flights, a real SIGKILL; then DuckDB looks at the result. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { duckRows, duckValue } from "../support/duck.ts";

const DEMO = resolve(import.meta.dirname, "../../examples/demo/demo.ts");
const SOURCE = resolve(import.meta.dirname, "../../node_modules/vega-datasets/data/flights-3m.parquet");
let folder: string;
let first: { readonly code: number | null; readonly output: string };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-demo-"));
  first = await runDemo();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the demo", () => {
  it("shows a kill, a resume, a deep validation, the four answers and the chain's verdict, and exits 0", () => {
    expect(first.code, first.output).toBe(0);
    expect(first.output).toMatch(/killed with SIGKILL: \d+ of 12 chunks/);
    expect(first.output).toMatch(/resumed: \d+ of 12 chunks are done/);
    expect(first.output).toContain("column checksums match");
    for (const question of [
      "What was planned?",
      "What happened?",
      "What degraded?",
      "What was the outcome?",
    ]) {
      expect(first.output).toContain(question);
    }
    expect(first.output).toMatch(/hash chain.*whole/i);
    expect(first.output.match(/^ {2}npx tidemark /gm)?.length).toBe(3);
  });

  it("kills when at least a third of at least eight chunks are done, before all are", () => {
    const [, done, total] = /killed with SIGKILL: (\d+) of (\d+) chunks/.exec(first.output) ?? [];
    expect(Number(total)).toBeGreaterThanOrEqual(8);
    expect(Number(done)).toBeGreaterThanOrEqual(Math.max(3, Number(total) / 3));
    expect(Number(done)).toBeLessThan(Number(total));
  });

  it("leaves three million rows that differ in nothing from the source", async () => {
    const made = `(SELECT * EXCLUDE flight_id FROM '${join(folder, "lake/flights/*.parquet")}')`;
    const source = `(SELECT * FROM '${SOURCE}')`;
    expect(await duckValue(`SELECT count(*) FROM ${made}`)).toBe("3000000");
    expect(await duckValue(`SELECT count(*) FROM (FROM ${made} EXCEPT ALL FROM ${source})`)).toBe("0");
    expect(await duckValue(`SELECT count(*) FROM (FROM ${source} EXCEPT ALL FROM ${made})`)).toBe("0");
  }, 180_000);

  it("keeps the source's column names and types beside the generated key", async () => {
    const describeColumns = async (file: string): Promise<unknown> =>
      (await duckRows(`DESCRIBE SELECT * FROM '${file}'`)).map(([name, type]) => [name, type]);
    const source = await describeColumns(SOURCE);
    expect(await describeColumns(join(folder, "lake/flights/*.parquet"))).toEqual([
      ["flight_id", "BIGINT"],
      ...(source as unknown[]),
    ]);
  });

  it("says what is already there when run again, and exits 0", async () => {
    const second = await runDemo();
    expect(second.code, second.output).toBe(0);
    expect(second.output).toMatch(/^Already there/m);
  }, 120_000);
});

function runDemo(): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [DEMO], {
    env: { ...process.env, TIDEMARK_DEMO_FOLDER: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => output.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => output.push(bytes));
  return new Promise((fulfil, reject) => {
    child.on("error", reject);
    child.on("close", (code) => fulfil({ code, output: Buffer.concat(output).toString("utf8") }));
  });
}
