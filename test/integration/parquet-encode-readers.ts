/** Reading encoded files back in tests: hyparquet for raw values and metadata, DuckDB for text casts. */
import { zstdDecompressSync } from "node:zlib";
import { type FileMetaData, parquetMetadata, parquetRead } from "hyparquet";
import { snappyUncompress } from "hyparquet/src/snappy.js";
import { deserializeTCompactProtocol } from "hyparquet/src/thrift.js";
import type { ColumnBatch, Field } from "../../src/columns/column-batch.ts";
import { ParquetWriter, type ParquetWriterOptions } from "../../src/formats/parquet/encode/file-writer.ts";
import type { Value } from "./parquet-encode-tables.ts";

export function encodeFile(
  batches: readonly ColumnBatch[],
  options: ParquetWriterOptions,
): Uint8Array<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  const writer = new ParquetWriter(options, (bytes) => chunks.push(new Uint8Array(bytes)));
  for (const batch of batches) writer.write(batch);
  writer.finish();
  return new Uint8Array(Buffer.concat(chunks));
}

const compressors = {
  ZSTD: (input: Uint8Array): Uint8Array => zstdDecompressSync(input),
  SNAPPY: (input: Uint8Array, outputBytes: number): Uint8Array => {
    const output = new Uint8Array(outputBytes);
    snappyUncompress(input, output);
    return output;
  },
};

export function metadataOf(file: Uint8Array<ArrayBuffer>): FileMetaData {
  return parquetMetadata(file.buffer);
}

/** Rows with physical values: annotations are taken out, so that nothing is converted. */
export async function readRaw(file: Uint8Array<ArrayBuffer>): Promise<unknown[][]> {
  const metadata = metadataOf(file);
  const schema = metadata.schema.map((element) => {
    const plain = { ...element };
    delete plain.converted_type;
    delete plain.logical_type;
    return plain;
  });
  let rows: unknown[][] = [];
  await parquetRead({
    file: file.buffer,
    metadata: { ...metadata, schema },
    compressors,
    utf8: false,
    onComplete: (all) => {
      rows = all;
    },
  });
  return rows;
}

/** A value as it should come out of `readRaw`, in a form that compares by text. */
export function rawText(field: Field, value: Value): string {
  const { type } = field;
  if (value === null) return "null";
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (type.kind === "decimal" && type.precision > 18)
    return BigInt.asUintN(128, value).toString(16).padStart(32, "0");
  if (type.kind === "int" && !type.signed) return BigInt.asIntN(type.bits === 64 ? 64 : 32, value).toString();
  return value.toString();
}

export function readText(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Object.is(value, -0)) return "-0";
  return typeof value === "bigint" || typeof value === "number" || typeof value === "boolean"
    ? value.toString()
    : typeof value;
}

export interface PageSeen {
  readonly bytes: Uint8Array;
  readonly crc: number;
  readonly type: number;
}

/** Every page of every column chunk, walked through the page headers. */
export function pagesOf(file: Uint8Array<ArrayBuffer>): PageSeen[] {
  const pages: PageSeen[] = [];
  for (const group of metadataOf(file).row_groups)
    for (const { meta_data: chunk } of group.columns) {
      if (chunk === undefined) continue;
      let at = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
      const end = at + Number(chunk.total_compressed_size);
      while (at < end) {
        const reader = { view: new DataView(file.buffer, at, end - at), offset: 0 };
        const header = deserializeTCompactProtocol(reader);
        const start = at + reader.offset;
        at = start + Number(header["field_3"]);
        pages.push({
          bytes: file.subarray(start, at),
          crc: Number(header["field_4"]),
          type: Number(header["field_1"]),
        });
      }
    }
  return pages;
}
