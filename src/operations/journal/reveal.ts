/**
 * What journal and evidence carry only as salted hashes, from the deletable state: bounds of chunks and refused rows.
 * Can be personal data: shown when asked for by name, never stored anywhere else.
 */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../core/json-value.ts";
import type { BatchResult } from "../../pipeline/execution/batch-descriptor.ts";
import type { BatchRow, RunRow, Storage } from "../../storage/port.ts";

export interface Revealed {
  readonly chunk: number;
  readonly bounds: JsonObject;
  /** lines of its quarantine file, as many as begin within the first 64 KiB; null when the file was deleted */
  readonly refused: readonly string[] | null;
}

const HEAD_BYTES = 64 * 1024;
const LINES_MAX = 20;

export async function revealRun(
  storage: Storage,
  run: RunRow,
  quarantineFolder: string,
): Promise<readonly Revealed[]> {
  const batches = await storage.listBatches(run.tenant, run.rootRunId);
  return batches.map((batch) => ({
    chunk: batch.index,
    bounds: batch.bounds,
    refused: readRefused(batch, quarantineFolder),
  }));
}

export function renderRevealed(revealed: readonly Revealed[]): string[] {
  const lines = revealed.flatMap(({ chunk, bounds, refused }) => [
    `  chunk ${chunk}: ${JSON.stringify(bounds)}`,
    ...(refused ?? ["(its quarantine file was deleted)"]).map((line) => `    ${line}`),
  ]);
  return ["What does the state still hold? (can be personal data)", ...lines, ""];
}

function readRefused({ result }: BatchRow, folder: string): readonly string[] | null {
  const file = (result as unknown as BatchResult | null)?.quarantine.file ?? null;
  if (file === null) return [];
  const path = join(folder, file.name);
  return existsSync(path) ? readHead(path) : null;
}

function readHead(path: string): readonly string[] {
  const buffer = Buffer.alloc(HEAD_BYTES);
  const descriptor = openSync(path, "r");
  try {
    const count = readSync(descriptor, buffer, 0, HEAD_BYTES, 0);
    return buffer
      .toString("utf8", 0, count)
      .split("\n")
      .filter((line) => line !== "")
      .slice(0, LINES_MAX);
  } finally {
    closeSync(descriptor);
  }
}
