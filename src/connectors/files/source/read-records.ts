/** One CSV or NDJSON file as batches: records from the format's reader, shaped to the fields asked for. */
import type { Field } from "../../../columns/column-batch.ts";
import type { LogicalType } from "../../../columns/logical-type.ts";
import { TidemarkError } from "../../../core/errors.ts";
import type { JsonObject } from "../../../core/json-value.ts";
import { ByteWindow, windowSizes } from "../../../formats/byte-window.ts";
import { CsvReader } from "../../../formats/csv/csv-reader.ts";
import { type NdjsonMember, NdjsonReader } from "../../../formats/ndjson/ndjson-reader.ts";
import type { RecordBatch, RecordPlace } from "../../../formats/record-batch.ts";
import { textStart } from "../../../formats/text-start.ts";
import type { FilesSourceDefinition } from "../../../pipeline/definition.ts";
import type { ReadRequest, RowFailure, SourceBatch } from "../../source-port.ts";
import type { FileBounds } from "./chunk-bounds.ts";
import type { DataFile } from "./data-file.ts";
import { csvNames, declaredType } from "./inspect-file.ts";
import { RowShaper } from "./shape-rows.ts";

export interface ChunkRead {
  readonly definition: FilesSourceDefinition;
  readonly file: DataFile;
  readonly bounds: FileBounds;
  readonly request: ReadRequest;
}

interface RecordReader {
  next(): RecordBatch | null;
}

export function* readRecords(chunk: ChunkRead): Generator<SourceBatch> {
  const { definition, bounds, request } = chunk;
  const isCsv = definition.format === "csv";
  const reader = isCsv ? openCsv(chunk) : openNdjson(chunk);
  if (reader === null) return;
  const stored = request.fields.map((field) => (isCsv ? TEXT : { kind: memberForm(field.type) }));
  const shaper = new RowShaper(request.fields, stored);
  for (let records = reader.next(); records !== null; records = reader.next())
    yield shapeRecords(records, shaper, bounds.file);
}

const TEXT: LogicalType = { kind: "text" };

function openCsv({ definition, file, request }: ChunkRead): RecordReader | null {
  const window = new ByteWindow(file.read, windowSizes(request.maxValueBytes));
  const { csv, columns: declared } = definition;
  const found = csvNames(window, { file: file.path, csv, declared });
  if (found === null) return null;
  const { names, line } = found;
  return new CsvReader(window, {
    file: file.path,
    delimiter: csv.delimiter,
    nullText: csv.nullText,
    maxValueBytes: request.maxValueBytes,
    names,
    wanted: indexesOf(request.fields, names, file.path),
    line,
  });
}

function openNdjson({ definition, file, bounds, request }: ChunkRead): RecordReader {
  const window = new ByteWindow(file.read, windowSizes(request.maxValueBytes));
  window.more();
  window.start = textStart(window.buffer.subarray(0, window.end), file.path);
  const fields = new Map(request.fields.map((field) => [field.name, field]));
  const members = bounds.members.map((name): NdjsonMember => {
    const type = fields.get(name)?.type;
    if (type === undefined) return { name, as: "json", exactFloat: false };
    const inferred = declaredType(definition, name) === undefined;
    return { name, as: memberForm(type), exactFloat: inferred && type.kind === "float" };
  });
  return new NdjsonReader(window, {
    file: file.path,
    maxValueBytes: request.maxValueBytes,
    members,
    wanted: indexesOf(request.fields, bounds.members, file.path),
  });
}

function memberForm({ kind }: LogicalType): "text" | "json" | "bytes" {
  return kind === "json" || kind === "bytes" ? kind : "text";
}

export function indexesOf(
  fields: readonly Field[],
  names: readonly string[],
  path: string,
): readonly number[] {
  return fields.map(({ name }) => {
    const index = names.indexOf(name);
    if (index >= 0) return index;
    throw new TidemarkError("SOURCE_CHANGED", { what: path, reason: `it has no column ${name}` });
  });
}

function shapeRecords(records: RecordBatch, shaper: RowShaper, file: string): SourceBatch {
  const { batch, faults } = shaper.shape(records.columns, records.rowCount, new Map());
  const failures = records.failures.map(
    (failure): RowFailure => ({ ...failure, place: placeOf(file, failure.place) }),
  );
  for (const [index, fault] of faults) {
    const { raw, place } = records.locate(index);
    failures.push({ row: records.rowNumbers[index] ?? 0, ...fault, raw, place: placeOf(file, place) });
  }
  failures.sort((a, b) => a.row - b.row);
  return { batch, firstRow: records.firstRow, failures, bytesRead: records.bytesRead };
}

function placeOf(file: string, { offset, length, line }: RecordPlace): JsonObject {
  return { file, offset, length, line };
}
