/** What one file holds, found without reading its rows: its columns, and for Parquet its row groups. */
import type { ColumnDescription } from "../../source-port.ts";
import { equalTypes, type LogicalType } from "../../../columns/logical-type.ts";
import { ByteWindow } from "../../../formats/byte-window.ts";
import { countCsvCells, readCsvHeader, startCsv } from "../../../formats/csv/csv-header.ts";
import type { MemberGuess } from "../../../formats/ndjson/infer-members.ts";
import type { ParquetColumn } from "../../../formats/parquet/decode/parquet-column.ts";
import { readParquetFooter } from "../../../formats/parquet/decode/read-footer.ts";
import { textStart } from "../../../formats/text-start.ts";
import type { CsvSettings, FilesSourceDefinition } from "../../../pipeline/definition.ts";
import { type DataFile, withDataFile } from "./data-file.ts";
import type { ListedFile } from "./list-files.ts";

export interface FileShape {
  readonly listed: ListedFile;
  /** null: the file is empty and says nothing of columns */
  readonly columns: readonly ColumnDescription[] | null;
  /** rows of each row group; null where there are none */
  readonly rowGroups: readonly number[] | null;
}

/** Headers and samples are looked for in this much of a file. */
const SAMPLE_BYTES = 1024 * 1024;

export function inspectFile(
  definition: FilesSourceDefinition,
  listed: ListedFile,
  guess: MemberGuess,
): FileShape {
  return withDataFile(listed.path, (file) => {
    switch (definition.format) {
      case "csv":
        return { listed, columns: csvColumns(file, definition), rowGroups: null };
      case "ndjson":
        sampleNdjson(file, guess);
        return { listed, columns: null, rowGroups: null };
      case "parquet":
        return inspectParquet(file, listed, definition);
    }
  });
}

function csvColumns(file: DataFile, definition: FilesSourceDefinition): readonly ColumnDescription[] | null {
  const found = csvNames(sampleWindow(file), {
    file: file.path,
    csv: definition.csv,
    declared: definition.columns,
  });
  return (
    found?.names.map((name) => ({
      field: { name, type: { kind: "text" }, nullable: true },
      nativeType: "text",
    })) ?? null
  );
}

export interface CsvNames {
  readonly names: readonly string[];
  /** 1-based number of the line the window stands at */
  readonly line: number;
}

export interface CsvNaming {
  readonly file: string;
  readonly csv: CsvSettings;
  readonly declared: FilesSourceDefinition["columns"];
}

/**
 * Column names of a CSV file, the window then standing at its first record; null when the file is empty. Without a header
 * they are the declared columns in their order when those are as many as the first record has cells, else `column1`, …
 */
export function csvNames(window: ByteWindow, { file, csv, declared }: CsvNaming): CsvNames | null {
  startCsv(window, file);
  const delimiter = csv.delimiter.charCodeAt(0);
  if (csv.header) {
    const header = readCsvHeader(window, delimiter, file);
    return header === null ? null : { names: header.names, line: header.lineCount + 1 };
  }
  const count = countCsvCells(window, delimiter, file);
  if (count === null) return null;
  const given = Object.keys(declared);
  const names =
    given.length === count ? given : Array.from({ length: count }, (_, index) => `column${index + 1}`);
  return { names, line: 1 };
}

function sampleWindow(file: DataFile): ByteWindow {
  return new ByteWindow(file.read, { blockBytes: SAMPLE_BYTES, bytesMax: SAMPLE_BYTES });
}

function sampleNdjson(file: DataFile, guess: MemberGuess): void {
  const window = sampleWindow(file);
  window.more();
  window.start = textStart(window.buffer.subarray(0, window.end), file.path);
  guess.sample(window);
}

function inspectParquet(file: DataFile, listed: ListedFile, definition: FilesSourceDefinition): FileShape {
  const footer = readParquetFooter(file.read, listed.size, listed.path);
  const columns = footer.columns.map((column) => ({
    field: { ...column.field, type: storedType(column, declaredType(definition, column.field.name)) },
    nativeType: column.nativeType,
  }));
  return { listed, columns, rowGroups: footer.rowGroups.map((group) => group.rowCount) };
}

export function declaredType(definition: FilesSourceDefinition, name: string): LogicalType | undefined {
  return Object.hasOwn(definition.columns, name) ? definition.columns[name]?.type : undefined;
}

/** Bytes that nothing is said about are text where the user says so: old writers did not annotate it. */
export function storedType(column: ParquetColumn, wanted: LogicalType | undefined): LogicalType {
  const { type } = column.field;
  if (!column.isUnannotated || wanted === undefined || equalTypes(wanted, type)) return type;
  return wanted.kind === "json" ? wanted : { kind: "text" };
}
