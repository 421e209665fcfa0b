/** Removes quarantine files of attempts that were never committed, once every chunk of the chain is. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BatchResult } from "./batch-descriptor.ts";

/** `folder`: of the pipeline; `results`: of the whole chain. */
export function sweepQuarantine(folder: string, rootRunId: string, results: Iterable<BatchResult>): void {
  const own = join(folder, rootRunId);
  if (!existsSync(own)) return;
  const committed = new Set<string>();
  for (const { quarantine } of results)
    if (quarantine.file !== null) committed.add(join(folder, quarantine.file.name));
  for (const name of readdirSync(own)) {
    const path = join(own, name);
    if (!committed.has(path)) rmSync(path, { force: true });
  }
}
