/**
 * The footer of a Parquet file: schema and where row groups lie, nothing of the values. hyparquet parses it; statistics
 * are ignored. Everything that is found there is checked against the file's size before it is believed.
 */
import { Buffer } from "node:buffer";
import { type FileMetaData, parquetMetadata, type RowGroup } from "hyparquet";
import { messageOf, TidemarkError } from "../../../core/errors.ts";
import type { ReadAt } from "../../byte-window.ts";
import { type ParquetColumn, parquetColumns } from "./parquet-column.ts";

export interface ParquetChunk {
  readonly column: ParquetColumn;
  /** place of its first page in the file, and of the first byte that cannot belong to it */
  readonly start: number;
  readonly end: number;
  readonly codec: string;
}

export interface ParquetRowGroup {
  readonly rowCount: number;
  /** stored bytes of all columns */
  readonly storedBytes: number;
  readonly chunks: readonly ParquetChunk[];
}

export interface ParquetFooter {
  readonly columns: readonly ParquetColumn[];
  readonly rowGroups: readonly ParquetRowGroup[];
  readonly rowCount: number;
}

const MAGIC = "PAR1";
const MAGIC_ENCRYPTED = "PARE";
const TAIL_BYTES = 8;
/** Footers of the widest files measured are some ten MB. */
const FOOTER_BYTES_MAX = 256 * 1024 * 1024;
/** Some old writers count a column chunk's bytes short by a page header. */
const CHUNK_SLACK_BYTES = 128;

/** Throws FORMAT_CORRUPT when it is no whole Parquet file, FORMAT_UNSUPPORTED when it is one we do not read. */
export function readParquetFooter(read: ReadAt, size: number, file: string): ParquetFooter {
  const corrupt = (reason: string, cause?: unknown): TidemarkError =>
    new TidemarkError("FORMAT_CORRUPT", { file, reason }, { cause });
  if (size < 4 + TAIL_BYTES)
    throw corrupt(size === 0 ? "is empty: no Parquet footer" : "too short to be a Parquet file");
  const head = readText(read, 0, 4);
  const tail = readBytes(read, size - TAIL_BYTES, TAIL_BYTES);
  const endMagic = tail.toString("latin1", 4);
  if (head === MAGIC_ENCRYPTED || endMagic === MAGIC_ENCRYPTED)
    throw new TidemarkError("FORMAT_UNSUPPORTED", { file, reason: "is encrypted" });
  if (head !== MAGIC) throw corrupt("does not begin with PAR1: not a Parquet file");
  if (endMagic !== MAGIC) throw corrupt("does not end with PAR1: truncated, or still being written");
  const footerBytes = tail.readUInt32LE(0);
  if (footerBytes > size - 4 - TAIL_BYTES) throw corrupt("the footer is larger than the file");
  if (footerBytes > FOOTER_BYTES_MAX) throw corrupt(`a footer of ${footerBytes} bytes`);
  const bytes = readBytes(read, size - TAIL_BYTES - footerBytes, footerBytes + TAIL_BYTES);
  try {
    const limit = size - TAIL_BYTES - footerBytes;
    return footerOf(parquetMetadata(bytes, { geoparquet: false, parsers: NO_PARSERS }), { file, limit });
  } catch (error) {
    if (error instanceof TidemarkError) throw error;
    throw corrupt(`the footer is damaged: ${messageOf(error)}`, error);
  }
}

/** Statistics are not read: their values need no form. */
const nothing = (): undefined => undefined;
const NO_PARSERS = {
  timestampFromMilliseconds: nothing,
  timestampFromMicroseconds: nothing,
  timestampFromNanoseconds: nothing,
  dateFromDays: nothing,
  stringFromBytes: nothing,
  jsonFromBytes: nothing,
  geometryFromBytes: nothing,
  geographyFromBytes: nothing,
  uuidFromBytes: nothing,
};

interface FileExtent {
  readonly file: string;
  /** place of the footer: no page reaches beyond */
  readonly limit: number;
}

function footerOf(metadata: FileMetaData, extent: FileExtent): ParquetFooter {
  const columns = parquetColumns(metadata.schema, extent.file);
  const rowGroups = metadata.row_groups.map((group, index) =>
    rowGroupOf(group, columns, { ...extent, index }),
  );
  const rowCount = rowGroups.reduce((total, group) => total + group.rowCount, 0);
  return { columns, rowGroups, rowCount };
}

function rowGroupOf(
  group: RowGroup,
  columns: readonly ParquetColumn[],
  { file, limit, index }: FileExtent & { readonly index: number },
): ParquetRowGroup {
  const corrupt = (what: string): TidemarkError =>
    new TidemarkError("FORMAT_CORRUPT", { file, reason: `row group ${index}: ${what}` });
  const rowCount = Number(group.num_rows);
  if (!Number.isSafeInteger(rowCount) || rowCount < 0) throw corrupt(`${String(group.num_rows)} rows`);
  if (group.columns.length !== columns.length) throw corrupt("another number of columns than the schema");
  const chunks = columns.map((column, at): ParquetChunk => {
    const chunk = group.columns[at];
    const meta = chunk?.meta_data;
    const name = column.field.name;
    if (chunk?.crypto_metadata !== undefined)
      throw new TidemarkError("FORMAT_UNSUPPORTED", { file, reason: `column ${name} is encrypted` });
    if (chunk?.file_path)
      throw new TidemarkError("FORMAT_UNSUPPORTED", { file, reason: `column ${name} lies in another file` });
    if (meta === undefined) throw corrupt(`column ${name} has no metadata`);
    if (Number(meta.num_values) !== rowCount)
      throw corrupt(`column ${name} has ${meta.num_values} values for ${rowCount} rows`);
    if (meta.type !== column.physical)
      throw corrupt(`column ${name} is ${meta.type} where the schema says ${column.physical}`);
    const dictionary = Number(meta.dictionary_page_offset ?? 0n);
    const data = Number(meta.data_page_offset);
    const start = dictionary > 0 && dictionary < data ? dictionary : data;
    const length = Number(meta.total_compressed_size);
    if (!(start >= 4) || !(length >= 0) || !(start + length <= limit))
      throw corrupt(`column ${name} lies outside the file: truncated, or damaged`);
    return {
      column,
      start,
      end: Math.min(limit, start + length + CHUNK_SLACK_BYTES),
      codec: meta.codec ?? "unknown",
    };
  });
  return { rowCount, storedBytes: chunks.reduce((total, { start, end }) => total + end - start, 0), chunks };
}

function readBytes(read: ReadAt, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const got = read(bytes, at, length - at, position + at);
    if (got === 0) break;
    at += got;
  }
  return bytes;
}

function readText(read: ReadAt, position: number, length: number): string {
  return readBytes(read, position, length).toString("latin1");
}
