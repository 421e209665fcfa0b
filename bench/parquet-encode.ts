/**
 * Encoding 1,048,576 `lineitem` rows to zstd level 1 Parquet on one thread. 131,072 rows are generated and cycled eight
 * times, more than a row group, so that cycling helps nobody's dictionary or window. Every contestant gets its natural
 * input ready in memory, outside the timing: ours column batches of 8,192 rows; DuckDB a table of all rows (one thread,
 * COPY TO); parquet-wasm an Arrow table in its own memory (decimals as plain int64, which is less work for it);
 * hyparquet-writer typed arrays and strings, and Node's zstd.
 * Ours and DuckDB write a file; the other two hand back bytes in memory, 131,072 rows at a time, eight times.
 */
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import * as arrow from "apache-arrow";
import type { SchemaElement } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import * as parquetWasm from "parquet-wasm";
import type { Column, ColumnBatch, Field, VarlenColumn } from "../src/columns/column-batch.ts";
import { systemClock } from "../src/core/clock.ts";
import { writeFully } from "../src/core/durable-file.ts";
import { assert } from "../src/core/errors.ts";
import { ParquetWriter } from "../src/formats/parquet/encode/file-writer.ts";
import type { BenchOptions, BenchResult } from "./bench-module.ts";
import { type Contestant, interleave, median, versus } from "./interleave.ts";
import { lineitemFields } from "./lineitem.ts";
import { BATCH_ROWS, CYCLES, DISTINCT_ROWS, encodeRows, ROWS, sourceBatches } from "./parquet-encode-ours.ts";
import { peakMbOf } from "./peak-memory.ts";

export const description = "16-column lineitem rows to zstd Parquet, one thread, against three other writers";

export async function run({ rounds, vs }: BenchOptions): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-bench-"));
  try {
    const batches = sourceBatches(BATCH_ROWS);
    const [whole] = sourceBatches(DISTINCT_ROWS);
    assert(whole !== undefined, "the table fits one batch");
    const ours = oursContestant(batches, join(folder, "ours.parquet"));
    const race = await interleave({
      rounds,
      clock: systemClock,
      ours,
      theirs: {
        duckdb: await duckdbContestant(ours, folder),
        parquet_wasm: parquetWasmContestant(whole),
        hyparquet_writer: hyparquetContestant(whole),
        ...versus(vs),
      },
    });
    const figures = {
      ...race.figures,
      rows_per_s: Math.round((ROWS / race.oursMs) * 1000),
      rows_per_cpu_s: Math.round((ROWS / median(ours.cpuMs)) * 1000),
      peak_mb: await peakMbOf(import.meta.resolve("./parquet-encode-ours.ts"), "encodeOnce"),
    };
    return { ratios: race.ratios, figures };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface OursContestant {
  readonly path: string;
  /** processor time of each run, all threads of the process */
  readonly cpuMs: number[];
  run(): void;
}

function oursContestant(batches: readonly ColumnBatch[], path: string): OursContestant {
  const cpuMs: number[] = [];
  const writer = new ParquetWriter({ fields: lineitemFields, compression: "zstd" }, () => undefined);
  const encode = (): void => {
    const before = process.cpuUsage();
    const file = openSync(path, "w");
    writer.reset((bytes) => writeFully(file, bytes));
    encodeRows(writer, batches);
    closeSync(file);
    const { user, system } = process.cpuUsage(before);
    cpuMs.push((user + system) / 1000);
  };
  return { path, cpuMs, run: encode };
}

/** The table is loaded from a file of ours, before any timing. */
async function duckdbContestant(ours: OursContestant, folder: string): Promise<Contestant> {
  ours.run();
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE lineitem AS SELECT * FROM read_parquet('${ours.path}')`);
  const target = join(folder, "duckdb.parquet");
  const copy = `COPY lineitem TO '${target}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)`;
  return { run: async () => void (await connection.run(copy)) };
}

function parquetWasmContestant(whole: ColumnBatch): Contestant {
  const ipc = arrow.tableToIPC(arrowTable(whole), "stream");
  let tables: parquetWasm.Table[] = [];
  return {
    prepare: () => {
      tables = Array.from({ length: CYCLES }, () => parquetWasm.Table.fromIPCStream(ipc));
    },
    run: () => {
      for (const table of tables) parquetWasm.writeParquet(table, zstdProperties());
    },
  };
}

/** Consumed by each write; zstd is level 1 unless told otherwise. */
function zstdProperties(): parquetWasm.WriterProperties {
  return new parquetWasm.WriterPropertiesBuilder().setCompression(parquetWasm.Compression.ZSTD).build();
}

function arrowTable(whole: ColumnBatch): arrow.Table {
  const columns = whole.columns.map((column, index) => arrowVector(column, lineitemFields[index]));
  return new arrow.Table(
    Object.fromEntries(columns.map((vector, index) => [lineitemFields[index]?.name ?? "", vector])),
  );
}

function arrowVector(column: Column, field: Field | undefined): arrow.Vector {
  const { rowCount: length } = column;
  if (column.layout === "varlen")
    return arrow.makeVector(
      arrow.makeData({ type: new arrow.Utf8(), length, valueOffsets: column.offsets, data: column.bytes }),
    );
  const values = integersOf(column);
  if (values instanceof BigInt64Array)
    return arrow.makeVector(arrow.makeData({ type: new arrow.Int64(), length, data: values }));
  if (field?.type.kind === "date")
    return arrow.makeVector(arrow.makeData({ type: new arrow.DateDay(), length, data: values }));
  return arrow.makeVector(arrow.makeData({ type: new arrow.Int32(), length, data: values }));
}

function hyparquetContestant(whole: ColumnBatch): Contestant {
  const columnData: ColumnSource[] = whole.columns.map((column, index) => ({
    name: lineitemFields[index]?.name ?? "",
    data: plainValues(column),
  }));
  const root: SchemaElement = { name: "root", num_children: columnData.length };
  const schema = [root, ...lineitemFields.map(schemaElementOf)];
  const params = { [constants.ZSTD_c_compressionLevel]: 1 };
  const compressors = { ZSTD: (input: Uint8Array): Uint8Array => zstdCompressSync(input, { params }) };
  return {
    run: () => {
      for (let cycle = 0; cycle < CYCLES; cycle += 1)
        parquetWriteBuffer({ columnData, schema, codec: "ZSTD", compressors, rowGroupSize: DISTINCT_ROWS });
    },
  };
}

function schemaElementOf({ name, type }: Field): SchemaElement {
  const common = { name, repetition_type: "REQUIRED" } as const;
  if (type.kind === "text") return { ...common, type: "BYTE_ARRAY", converted_type: "UTF8" };
  if (type.kind === "date") return { ...common, type: "INT32", converted_type: "DATE" };
  if (type.kind === "int") return { ...common, type: type.bits === 64 ? "INT64" : "INT32" };
  assert(type.kind === "decimal", "lineitem has text, dates, integers and decimals");
  const { precision, scale } = type;
  return { ...common, type: "INT64", converted_type: "DECIMAL", precision, scale };
}

function plainValues(column: Column): string[] | Int32Array | BigInt64Array {
  if (column.layout !== "varlen") return integersOf(column);
  const text = new TextDecoder();
  return Array.from({ length: column.rowCount }, (_, row) =>
    text.decode(column.bytes.subarray(column.offsets[row], column.offsets[row + 1])),
  );
}

function integersOf({ values }: Exclude<Column, VarlenColumn>): Int32Array | BigInt64Array {
  assert(
    values instanceof Int32Array || values instanceof BigInt64Array,
    "lineitem has 4- and 8-byte integers",
  );
  return values;
}
