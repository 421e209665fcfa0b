/** What people write below `sink:`. Which of the two is meant depends on the type of the connection named by `to`. */
import type { z } from "zod";
import type { WriteMode } from "../connectors/sink-port.ts";
import type { Compression, FileFormat } from "../pipeline/definition.ts";
import { optional, required, section } from "./section-schema.ts";
import { choice, sizeBytes, text, textOrList } from "./value-schemas.ts";

export interface SqliteSinkText {
  readonly to: string;
  readonly table: string;
  readonly mode?: WriteMode | undefined;
  readonly key?: readonly string[] | undefined;
  readonly generatedKey?: string | undefined;
}

export interface FilesSinkText {
  readonly to: string;
  readonly path?: string | undefined;
  readonly format?: FileFormat | undefined;
  readonly compression?: Compression | undefined;
  readonly mode?: "replace" | "append" | undefined;
  readonly partSize?: number | undefined;
}

const to = required(text(), "Name of the connection that is written to.");

export const sqliteSinkSchema: z.ZodType<SqliteSinkText> = section(
  "SQLite sink",
  {
    to,
    table: required(text(), "Table to write; made when it does not exist."),
    mode: optional(
      choice(["append", "upsert", "replace"]),
      "append adds rows, upsert overwrites rows of the same key, replace swaps the whole table in at the end.",
      "replace",
    ),
    key: optional(textOrList(), "Column, or columns, that identify a row; required for upsert."),
    generatedKey: optional(
      text(),
      "Column the sink makes itself: an INTEGER PRIMARY KEY numbered from 1 in reading order.",
    ),
  },
  {
    elsewhere: {
      keys: ["path", "format", "compression", "partSize"],
      reason: "goes with a connection of type files",
    },
  },
);

export const filesSinkSchema: z.ZodType<FilesSinkText> = section(
  "Files sink",
  {
    to,
    path: optional(
      text(),
      "Folder below the connection's; {pipeline} and {date} (UTC day of the first run of the chain) are filled in.",
      "{pipeline}",
    ),
    format: optional(choice(["parquet", "csv", "ndjson"]), "Format of the files.", "parquet"),
    compression: optional(
      choice(["zstd", "snappy", "none"], ["gzip", "lz4_raw"]),
      "Compression within Parquet files: zstd unless said otherwise. CSV and NDJSON are written plain.",
    ),
    mode: optional(
      choice(["replace", "append"], ["partitions"]),
      "replace: the files of the run before go once the new ones stand. append: they stay.",
      "replace",
    ),
    partSize: optional(sizeBytes(), "A part is closed when it has reached this size.", "128MB"),
  },
  {
    later: ["partitionBy"],
    elsewhere: { keys: ["table", "key", "generatedKey"], reason: "goes with a connection of type sqlite" },
  },
);
