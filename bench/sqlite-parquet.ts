/**
 * A SQLite table of 1,000,000 `lineitem` rows (16 columns, written by our sink) to zstd level 1 Parquet files, with two
 * worker threads as a run has them on two cores, against the least any program in JavaScript can do to see the rows: a
 * loop over pages of the same table with `all()`, rows as arrays, in one thread, doing nothing with them. The figure
 * `one_thread` is the same ratio with a single worker thread.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqliteSink } from "../src/connectors/sqlite/sink/open-sqlite-sink.ts";
import { openSqliteWriter } from "../src/connectors/sqlite/sink/open-sqlite-writer.ts";
import { systemClock } from "../src/core/clock.ts";
import { assert } from "../src/core/errors.ts";
import type { SqliteSinkDefinition } from "../src/pipeline/definition.ts";
import type { BenchOptions, BenchResult } from "./bench-module.ts";
import { type Contestant, interleave, versus } from "./interleave.ts";
import { lineitemBatches, lineitemFields } from "./lineitem.ts";
import { peakMbOf } from "./peak-memory.ts";
import { Exporter } from "./sqlite-parquet-ours.ts";

export const description = "16-column SQLite table to zstd Parquet, against a bare loop over pages of all()";

const ROWS = 1_000_000;
/** Generated a piece at a time, so that the table is larger than what lies in memory. */
const PIECE_ROWS = 125_000;
const BATCH_ROWS = 5000;
const READERS = 2;
/** The fastest of 256 to 16,384 for this table. */
const PAGE_ROWS = 1024;

export async function run({ rounds, vs }: BenchOptions): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-sqlite-bench-"));
  const path = join(folder, "lineitem.db");
  const exporters = [READERS, 1].map((readers) => new Exporter({ path, folder, readers }));
  const [ours, single] = exporters;
  assert(ours !== undefined && single !== undefined, "there are two exporters");
  try {
    await buildTable(path);
    const contest = { rounds, clock: systemClock };
    const bare = bareLoop(path);
    const race = await interleave({
      ...contest,
      ours: { run: () => ours.export() },
      theirs: { sqlite_read: bare, ...versus(vs) },
    });
    const alone = await interleave({
      ...contest,
      ours: { run: () => single.export() },
      theirs: { one_thread: bare },
    });
    process.env["TIDEMARK_BENCH_EXPORT"] = JSON.stringify({ path, folder, readers: READERS });
    const figures = {
      ...alone.figures,
      one_thread: alone.ratios["one_thread"] ?? Number.NaN,
      ...race.figures,
      rows_per_s: Math.round((ROWS / race.oursMs) * 1000),
      peak_mb: await peakMbOf(import.meta.resolve("./sqlite-parquet-ours.ts"), "exportOnce"),
    };
    return { ratios: race.ratios, figures };
  } finally {
    await Promise.all(exporters.map((exporter) => exporter.close()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function buildTable(path: string): Promise<void> {
  const definition: SqliteSinkDefinition = {
    kind: "sqlite",
    path,
    table: "lineitem",
    writeMode: "append",
    key: [],
    generatedKey: null,
  };
  const ports = { pipeline: "bench", clock: systemClock };
  const sink = openSqliteSink(definition, ports);
  await sink.prepare({ rootRunId: "bench", fields: lineitemFields, committed: [] });
  await sink.close();
  const warm = openSqliteWriter(definition, ports);
  for (let chunk = 0; chunk * PIECE_ROWS < ROWS; chunk += 1) {
    const key = {
      pipeline: "bench",
      runId: "bench",
      rootRunId: "bench",
      chunk,
      attempt: 1,
      idempotencyKey: String(chunk),
    };
    const writer = warm.open({ key, fields: lineitemFields });
    const batches = lineitemBatches({ rowCount: PIECE_ROWS, batchRows: BATCH_ROWS, seed: chunk + 1 });
    for (const batch of batches) assert((await writer.write(batch)).length === 0, "every row fits");
    await writer.finish({});
  }
  await warm.close();
}

function bareLoop(path: string): Contestant {
  const names = lineitemFields.map(({ name }) => name).join(", ");
  return {
    run: () => {
      const database = new DatabaseSync(path, { readOnly: true });
      const page = database.prepare(
        `SELECT ${names}, rowid FROM lineitem WHERE rowid > ? ORDER BY rowid LIMIT ${PAGE_ROWS}`,
      );
      page.setReturnArrays(true);
      let rowCount = 0;
      let after: unknown = 0;
      for (;;) {
        const rows = page.all(Number(after)) as unknown as readonly (readonly unknown[])[];
        const last = rows.at(-1);
        if (last === undefined) break;
        rowCount += rows.length;
        after = last.at(-1);
      }
      database.close();
      assert(rowCount === ROWS, "the loop sees every row");
    },
  };
}
