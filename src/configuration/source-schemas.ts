/** What people write below `source:`. Which of the two is meant depends on the type of the connection named by `from`. */
import { z } from "zod";
import type { LogicalType } from "../columns/logical-type.ts";
import type { FileFormat } from "../pipeline/definition.ts";
import { optional, required, section } from "./section-schema.ts";
import { choice, count, durationMs, flag, logicalType, text, textOrList } from "./value-schemas.ts";

export type ColumnText =
  | LogicalType
  | { readonly type: LogicalType; readonly nullable?: boolean | undefined };

export interface SqliteSourceText {
  readonly from: string;
  readonly table?: string | undefined;
  readonly query?: string | undefined;
  readonly query_file?: string | undefined;
  readonly where?: string | undefined;
  readonly mode?: "snapshot" | "keyset" | "range" | undefined;
  readonly key?: readonly string[] | undefined;
  readonly rangeColumn?: string | undefined;
  readonly chunkRows?: number | undefined;
  readonly maxSnapshotAge?: number | undefined;
  readonly columns?: Readonly<Record<string, ColumnText>> | undefined;
}

export interface FilesSourceText {
  readonly from: string;
  readonly path: string;
  readonly format?: FileFormat | undefined;
  readonly csv?: CsvText | undefined;
  readonly columns?: Readonly<Record<string, ColumnText>> | undefined;
}

export interface CsvText {
  readonly header?: boolean | undefined;
  readonly delimiter?: string | undefined;
  readonly nullText?: string | null | undefined;
}

const from = required(text(), "Name of the connection that is read from.");

const declaredColumn = section("Column", {
  type: required(logicalType(), "Logical type, such as int64, decimal(12,2), timestamp(utc) or text."),
  nullable: optional(
    flag(),
    "Whether NULL is allowed; a NULL where it is not goes the way of onError.",
    true,
  ),
});

const columns = optional(
  z.record(z.string(), z.union([logicalType(), declaredColumn])),
  "Declared types by column name; they overrule what the source says of itself.",
);

const LATER_KEYS = ["cursor", "settle", "window", "tables", "include", "exclude", "parameters"];

export const sqliteSourceSchema: z.ZodType<SqliteSourceText> = section(
  "SQLite source",
  {
    from,
    table: optional(text(), "Table or view to read. Either this, or query, or query_file."),
    query: optional(text(), "SELECT statement to read, in the source's own SQL."),
    query_file: optional(text(), "File that holds the SELECT statement, relative to this file."),
    where: optional(text(), "Condition on the table's rows, in the source's own SQL."),
    mode: optional(
      choice(["snapshot", "keyset", "range"], ["incremental", "pages", "timeWindow"]),
      "How the source is cut: one read (snapshot), ranges of its key (keyset), or windows of rangeColumn (range). Left out, the plan chooses and says why.",
    ),
    key: optional(textOrList(), "Column, or columns, that identify a row: unique and not null."),
    rangeColumn: optional(text(), "Integer or date column that mode range cuts into windows."),
    chunkRows: optional(count(1, Number.MAX_SAFE_INTEGER), "Rows a chunk aims at.", 250_000),
    maxSnapshotAge: optional(
      durationMs(),
      "How long one snapshot of the source is held before the run goes on under a new one.",
      "30m",
    ),
    columns,
  },
  {
    later: LATER_KEYS,
    elsewhere: { keys: ["path", "format", "csv"], reason: "goes with a connection of type files" },
  },
);

const csvSchema = section("CSV settings", {
  header: optional(flag(), "Whether the first line names the columns.", true),
  delimiter: optional(text(), "The one character between cells.", ","),
  nullText: optional(
    z.string({ error: () => 'is a text such as "NULL", or null' }).nullable(),
    "Unquoted text that means NULL, beside the empty unquoted cell, which always does.",
  ),
});

export const filesSourceSchema: z.ZodType<FilesSourceText> = section(
  "Files source",
  {
    from,
    path: required(text(), "File, or pattern such as in/*.csv, below the connection's folder."),
    format: optional(
      choice(["parquet", "csv", "ndjson"]),
      "Format of the files. Left out, their ending tells: .parquet, .csv, .tsv, .ndjson or .jsonl.",
    ),
    csv: optional(csvSchema, "How CSV is written."),
    columns,
  },
  {
    later: LATER_KEYS,
    elsewhere: {
      keys: [
        "table",
        "query",
        "query_file",
        "where",
        "mode",
        "key",
        "rangeColumn",
        "chunkRows",
        "maxSnapshotAge",
      ],
      reason: "goes with a connection of type sqlite",
    },
  },
);
