/** `tidemark/formats`: encoders and readers of data files, on bytes and column batches; files and folders are the caller's. */
export { ByteWindow, type ReadAt, windowSizes } from "./byte-window.ts";
export { readCsvHeader, startCsv } from "./csv/csv-header.ts";
export { CsvReader, type CsvReaderOptions } from "./csv/csv-reader.ts";
export { CsvWriter, type CsvWriterOptions } from "./csv/csv-writer.ts";
export { type NdjsonMember, NdjsonReader, type NdjsonReaderOptions } from "./ndjson/ndjson-reader.ts";
export { NdjsonWriter, type NdjsonWriterOptions } from "./ndjson/ndjson-writer.ts";
export { type ParquetFooter, readParquetFooter } from "./parquet/decode/read-footer.ts";
export { RowGroupReader, type RowGroupOptions } from "./parquet/decode/row-group-reader.ts";
export { ParquetWriter, type ParquetWriterOptions } from "./parquet/encode/file-writer.ts";
export type { RecordBatch, RecordFailure, RecordPlace } from "./record-batch.ts";
