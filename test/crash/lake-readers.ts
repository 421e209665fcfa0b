/** Two readers of a folder of Parquet parts: one goes by glob, as people do; one goes by `_SUCCESS` and the manifest. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseManifest } from "../../src/connectors/manifest.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import { duckRows } from "../support/duck.ts";

/** rows per generation: `{1: 50000}` */
export type Generations = Readonly<Record<string, number>>;

export async function readByGlob(folder: string): Promise<Generations> {
  return countGenerations(globSync("**/*.parquet", { cwd: folder }).map((name) => join(folder, name)));
}

/** Undefined when `_SUCCESS` and manifest do not agree at this instant (a reader then looks again). */
export async function readByManifest(folder: string): Promise<Generations | undefined> {
  const files = partsByManifest(folder);
  return files === undefined ? undefined : countGenerations(files);
}

/** Paths of the parts that stand; empty before the first publication, undefined as in `readByManifest`. */
export function partsByManifest(folder: string): readonly string[] | undefined {
  if (!existsSync(join(folder, "_SUCCESS"))) return [];
  const text = readFileSync(join(folder, "_manifest.json"), "utf8");
  if (readFileSync(join(folder, "_SUCCESS"), "utf8").trim() !== sha256Hex(text)) return undefined;
  return (parseManifest(text)?.parts ?? []).map(({ name }) => join(folder, name));
}

async function countGenerations(files: readonly string[]): Promise<Generations> {
  if (files.length === 0) return {};
  const list = files.map((file) => `'${file}'`).join(", ");
  const rows = await duckRows(
    `SELECT generation, count(*), count(DISTINCT id) FROM read_parquet([${list}]) GROUP BY ALL ORDER BY 1`,
  );
  for (const [, count, distinct] of rows)
    if (count !== distinct) throw new Error(`rows are there twice: ${count} of ${distinct}`);
  return Object.fromEntries(rows.map(([generation, count]) => [generation ?? "null", Number(count)]));
}
