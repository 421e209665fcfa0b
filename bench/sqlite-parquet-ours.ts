/**
 * Our side of `sqlite-parquet`: the reader and the Parquet encoder as a run uses them, in worker threads that each take
 * chunks until none is left, under one shared snapshot. Also a program of its own, for the measurement of memory.
 */
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Field } from "../src/columns/column-batch.ts";
import { openSqliteReader } from "../src/connectors/sqlite/source/open-sqlite-reader.ts";
import { openSqliteSource } from "../src/connectors/sqlite/source/open-sqlite-source.ts";
import type { SourceReader } from "../src/connectors/source-port.ts";
import { systemClock } from "../src/core/clock.ts";
import { writeFully } from "../src/core/durable-file.ts";
import type { JsonObject } from "../src/core/json-value.ts";
import { ParquetWriter } from "../src/formats/parquet/encode/file-writer.ts";
import type { SqliteSourceDefinition } from "../src/pipeline/definition.ts";

const CHUNK_ROWS = 100_000;
const MAX_VALUE_BYTES = 16 * 1024 * 1024;

export interface ExportSettings {
  readonly path: string;
  readonly folder: string;
  readonly readers: number;
}

export function definitionOf(path: string): SqliteSourceDefinition {
  const chunkRows = CHUNK_ROWS;
  return { kind: "sqlite", path, table: "lineitem", chunkRows, maxSnapshotAgeMs: 600_000, columns: {} };
}

/** Threads that stay warm from export to export, as a run keeps them from chunk to chunk. */
export class Exporter {
  readonly #settings: ExportSettings;
  readonly #workers: readonly Worker[];

  constructor(settings: ExportSettings) {
    this.#settings = settings;
    this.#workers = Array.from(
      { length: settings.readers },
      () =>
        new Worker(new URL(import.meta.url), {
          workerData: settings,
          execArgv: [],
          resourceLimits: { maxYoungGenerationSizeMb: 8 },
        }),
    );
  }

  async export(): Promise<void> {
    const source = openSqliteSource(definitionOf(this.#settings.path), { clock: systemClock });
    const { columns } = await source.describe();
    const fields = columns.map(({ field }) => field);
    const queue = [...(await source.cut(await source.plan())).entries()];
    await source.shareSnapshot(async ({ id }) => {
      await Promise.all(this.#workers.map((worker) => ask(worker, { kind: "begin", id })));
    });
    await Promise.all(
      this.#workers.map(async (worker) => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift())
          await ask(worker, { kind: "chunk", chunk: next[0], bounds: next[1], fields });
      }),
    );
    await source.close();
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

type Order =
  | { readonly kind: "begin"; readonly id: string }
  | {
      readonly kind: "chunk";
      readonly chunk: number;
      readonly bounds: JsonObject;
      readonly fields: readonly Field[];
    };

async function ask(worker: Worker, order: Order): Promise<void> {
  const answer = once(worker, "message");
  worker.postMessage(order);
  await answer;
}

/** Reads a chunk into a file of its own. */
export async function exportChunk(
  reader: SourceReader,
  folder: string,
  { chunk, bounds, fields }: Omit<Extract<Order, { kind: "chunk" }>, "kind">,
): Promise<void> {
  const file = openSync(join(folder, `chunk-${chunk}.parquet`), "w");
  const writer = new ParquetWriter({ fields, compression: "zstd", zstdLevel: 1 }, (bytes) =>
    writeFully(file, bytes),
  );
  const { signal } = new AbortController();
  for await (const { batch } of reader.read({ bounds, fields, maxValueBytes: MAX_VALUE_BYTES, signal }))
    writer.write(batch);
  writer.finish();
  closeSync(file);
}

/** One export in this process, for its memory: the settings come by TIDEMARK_BENCH_EXPORT. */
export async function exportOnce(): Promise<void> {
  const settings: ExportSettings = JSON.parse(process.env["TIDEMARK_BENCH_EXPORT"] ?? "{}");
  const exporter = new Exporter(settings);
  await exporter.export();
  await exporter.close();
}

function serve({ path, folder }: ExportSettings): void {
  const reader = openSqliteReader(definitionOf(path));
  parentPort?.on("message", (order: Order) => {
    const done = order.kind === "begin" ? reader.beginSnapshot(order.id) : exportChunk(reader, folder, order);
    void done.then(() => parentPort?.postMessage("done"));
  });
}

if (!isMainThread) serve(workerData as ExportSettings);
