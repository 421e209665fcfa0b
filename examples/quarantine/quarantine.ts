/**
 * Rows that do not fit: types are declared a little too narrow on purpose, so that many rows of a real CSV file are
 * refused. The run ends with exit code 6 (partial), every row is accounted for, and the refused ones can be read back.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadProject, openTidemark } from "../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-example-"));
const DATASETS = resolve(import.meta.dirname, "../../node_modules/vega-datasets/data");
const observer = {
  onStarted: () => undefined,
  onProgress: () => undefined,
  onChunkDone: () => undefined,
  onRetry: () => undefined,
  onPhase: () => undefined,
  onWarning: (message: string) => process.stdout.write(`! ${message}\n`),
};

try {
  cpSync(join(import.meta.dirname, "tidemark.yaml"), join(folder, "tidemark.yaml"));
  const project = await loadProject({
    path: join(folder, "tidemark.yaml"),
    env: { ...process.env, DATASETS },
  });
  const tidemark = await openTidemark(project);
  try {
    const definition = project.pipelines["strikes"];
    if (definition === undefined) throw new Error("the example's pipeline is called strikes");
    const drain = new AbortController().signal;
    const { tally } = await tidemark.run(definition, { resume: false, command: "example", observer, drain });
    process.stdout.write(
      `read ${tally.read} = written ${tally.written} + quarantined ${tally.quarantined}\n`,
    );
    if (tally.read !== tally.written + tally.quarantined || tally.quarantined === 0) process.exitCode = 1;
    showFirstRefused(tidemark.quarantineFolder("strikes"));
  } finally {
    await tidemark.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function showFirstRefused(quarantine: string): void {
  const [file = ""] = readdirSync(quarantine, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ndjson"),
  );
  const [line = "{}"] = readFileSync(join(quarantine, file), "utf8").split("\n");
  process.stdout.write(`the first refused row: ${line}\n`);
}
