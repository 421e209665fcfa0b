/** The footer: FileMetaData in Thrift, its length and the closing magic. Nothing of the run stands in it. */
import type { ChunkMetadata } from "./column-chunk.ts";
import { ENCODING, PAGE_TYPE } from "./page-header.ts";
import { type ParquetColumn, PHYSICAL_CODE, writeSchema } from "./schema.ts";
import { writeStatistics } from "./statistics.ts";
import { ThriftWriter } from "./thrift-writer.ts";

export const MAGIC: Uint8Array = Uint8Array.from([0x50, 0x41, 0x52, 0x31]);

/** Constant, not a version: the same rows give the same bytes with every release that encodes alike. */
const CREATED_BY = "tidemark";

const FORMAT_VERSION = 1;
const ORDINAL_MAX = 0x7fff;

export interface RowGroupMetadata {
  readonly rowCount: number;
  readonly startsAt: number;
  readonly chunks: readonly ChunkMetadata[];
}

export interface FileMetadata {
  readonly columns: readonly ParquetColumn[];
  readonly rowCount: number;
  readonly rowGroups: readonly RowGroupMetadata[];
  readonly codecCode: number;
  readonly keyValues: Readonly<Record<string, string>>;
}

export function encodeFooter(file: FileMetadata): Uint8Array {
  const thrift = new ThriftWriter();
  thrift.message(() => {
    thrift.i32(1, FORMAT_VERSION);
    writeSchema(thrift, 2, file.columns);
    thrift.i64(3, file.rowCount);
    thrift.structList(4, file.rowGroups, (group, index) => writeRowGroup(thrift, file, { group, index }));
    writeKeyValues(thrift, file.keyValues);
    thrift.string(6, CREATED_BY);
    thrift.structList(7, file.columns, () => thrift.struct(1, () => undefined));
  });
  const { buffer } = thrift;
  const footerBytes = buffer.length;
  buffer.reserve(8);
  buffer.view.setUint32(footerBytes, footerBytes, true);
  buffer.length += 4;
  buffer.append(MAGIC);
  return buffer.written();
}

function writeKeyValues(thrift: ThriftWriter, keyValues: Readonly<Record<string, string>>): void {
  const sorted = Object.entries(keyValues).toSorted(([left], [right]) => (left < right ? -1 : 1));
  if (sorted.length === 0) return;
  thrift.structList(5, sorted, ([key, value]) => {
    thrift.string(1, key);
    thrift.string(2, value);
  });
}

function writeRowGroup(
  thrift: ThriftWriter,
  file: FileMetadata,
  { group, index }: { readonly group: RowGroupMetadata; readonly index: number },
): void {
  const sum = (of: (chunk: ChunkMetadata) => number): number =>
    group.chunks.reduce((total, chunk) => total + of(chunk), 0);
  thrift.structList(1, group.chunks, (chunk, position) => {
    const column = file.columns[position];
    thrift.i64(2, 0);
    if (column !== undefined) thrift.struct(3, () => writeColumnMetadata(thrift, { column, chunk, file }));
  });
  thrift.i64(
    2,
    sum((chunk) => chunk.plainBytes),
  );
  thrift.i64(3, group.rowCount);
  thrift.i64(5, group.startsAt);
  thrift.i64(
    6,
    sum((chunk) => chunk.storedBytes),
  );
  if (index <= ORDINAL_MAX) thrift.i16(7, index);
}

interface ColumnOfGroup {
  readonly column: ParquetColumn;
  readonly chunk: ChunkMetadata;
  readonly file: FileMetadata;
}

function writeColumnMetadata(thrift: ThriftWriter, { column, chunk, file }: ColumnOfGroup): void {
  thrift.i32(1, PHYSICAL_CODE[column.physical]);
  thrift.i32List(2, encodingsOf(chunk));
  thrift.stringList(3, [column.field.name]);
  thrift.i32(4, file.codecCode);
  thrift.i64(5, chunk.rowCount);
  thrift.i64(6, chunk.plainBytes);
  thrift.i64(7, chunk.storedBytes);
  thrift.i64(9, chunk.dataPagesAt);
  if (chunk.dictionaryPageAt !== undefined) thrift.i64(11, chunk.dictionaryPageAt);
  writeStatistics(thrift, 12, chunk);
  thrift.structList(13, pageEncodingsOf(chunk), ({ type, encoding, count }) => {
    thrift.i32(1, type);
    thrift.i32(2, encoding);
    thrift.i32(3, count);
  });
}

/** Every encoding in the chunk, ascending: of levels, dictionary page and data pages. */
function encodingsOf(chunk: ChunkMetadata): number[] {
  const plain = chunk.encoding === ENCODING.plain || chunk.dictionaryPageAt !== undefined;
  return [...new Set([...(plain ? [ENCODING.plain] : []), ENCODING.rle, chunk.encoding])];
}

function pageEncodingsOf(chunk: ChunkMetadata): { type: number; encoding: number; count: number }[] {
  const data = { type: PAGE_TYPE.data, encoding: chunk.encoding, count: chunk.dataPageCount };
  if (chunk.dictionaryPageAt === undefined) return [data];
  return [{ type: PAGE_TYPE.dictionary, encoding: ENCODING.plain, count: 1 }, data];
}
