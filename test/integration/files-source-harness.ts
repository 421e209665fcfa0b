/** A folder of data files and the files source over it, read whole: rows as canonical text, failures, plan. */
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseLogicalType } from "../../src/columns/logical-type.ts";
import { renderValue } from "../../src/columns/render-value.ts";
import { openFilesReader } from "../../src/connectors/files/source/open-files-reader.ts";
import { openFilesSource } from "../../src/connectors/files/source/open-files-source.ts";
import type { RowFailure, SourceDescription, SourcePlan } from "../../src/connectors/source-port.ts";
import type { FilesSourceDefinition } from "../../src/pipeline/definition.ts";

export class DataFolder implements Disposable {
  readonly root: string = mkdtempSync(join(tmpdir(), "tidemark-files-"));

  write(file: string, content: string | Uint8Array): this {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), content);
    return this;
  }

  path(file: string): string {
    return join(this.root, file);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export interface SourceSettings extends Partial<Omit<FilesSourceDefinition, "columns" | "kind">> {
  /** `int64`, or `int64!` for NOT NULL */
  readonly columns?: Readonly<Record<string, string>>;
  readonly maxValueBytes?: number;
  /** columns to read; all by default */
  readonly select?: readonly string[];
}

export function definitionOf(
  folder: DataFolder,
  path: string,
  settings: SourceSettings = {},
): FilesSourceDefinition {
  const { columns = {}, csv, format, root } = settings;
  const ending = path.split(".").at(-1);
  return {
    kind: "files",
    root: root ?? folder.root,
    path,
    format: format ?? (ending === "csv" || ending === "parquet" ? ending : "ndjson"),
    csv: csv ?? { header: true, delimiter: ",", nullText: null },
    columns: Object.fromEntries(
      Object.entries(columns).map(([name, type]) => [
        name,
        { type: parseLogicalType(type.replace("!", "")), nullable: !type.endsWith("!") },
      ]),
    ),
  };
}

export interface Everything {
  readonly description: SourceDescription;
  readonly plan: SourcePlan;
  readonly chunkCount: number;
  /** canonical texts; null for NULL */
  readonly rows: (string | null)[][];
  readonly failures: RowFailure[];
  readonly batchCount: number;
  readonly bytesRead: number;
}

export async function readEverything(
  definition: FilesSourceDefinition,
  settings: SourceSettings = {},
): Promise<Everything> {
  const source = openFilesSource(definition);
  const description = await source.describe();
  const plan = await source.plan();
  const chunks = await source.cut(plan);
  const all = { rows: [] as (string | null)[][], failures: [] as RowFailure[], batchCount: 0, bytesRead: 0 };
  const reader = openFilesReader(definition);
  const fields = description.columns
    .map((column) => column.field)
    .filter(({ name }) => settings.select?.includes(name) ?? true);
  for (const bounds of chunks) {
    let next = 0;
    const { maxValueBytes = 16 * 1024 * 1024 } = settings;
    const signal = new AbortController().signal;
    for await (const { batch, failures, firstRow, bytesRead } of reader.read({
      bounds,
      fields,
      maxValueBytes,
      signal,
    })) {
      if (firstRow !== next) throw new RangeError(`batch begins at row ${firstRow}, expected ${next}`);
      next += batch.rowCount + failures.length;
      for (let row = 0; row < batch.rowCount; row += 1)
        all.rows.push(batch.columns.map((column) => renderValue(column, row)));
      all.failures.push(...failures);
      all.batchCount += 1;
      all.bytesRead += bytesRead;
    }
  }
  await reader.close();
  await source.close();
  return { description, plan, chunkCount: chunks.length, ...all };
}

export async function readFolder(
  folder: DataFolder,
  path: string,
  settings: SourceSettings = {},
): Promise<Everything> {
  return readEverything(definitionOf(folder, path, settings), settings);
}

/** What a promise rejects with, as `CODE: message`. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "nothing was refused";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "not ours";
    return `${code}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
