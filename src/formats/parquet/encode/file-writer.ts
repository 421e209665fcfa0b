/**
 * ParquetWriter: batches in, the bytes of a Parquet file out. Rows are buffered per column until their raw size reaches
 * `rowGroupBytes`, then written as one row group. A large row that would overshoot begins the next one, and ends its own
 * when that is half full. Memory is bounded by `rowGroupBytes`, the largest row, and the footer's metadata. The bytes depend on the rows and options alone: not on how rows came in batches, and nothing of the run is
 * in them. The layout is described in docs/formats/parquet.md.
 *
 * States: open -> finished by `finish`; any -> open by `reset`, which drops what was buffered and starts another file
 * with warm buffers. After an error (also one thrown by `output`) only `reset` may follow.
 */
import type { Column, ColumnBatch, Field } from "../../../columns/column-batch.ts";
import { assert } from "../../../core/errors.ts";
import { ColumnChunkBuffer, ChunkScratch, type ChunkOutput } from "./column-chunk.ts";
import { encodeFooter, MAGIC, type RowGroupMetadata } from "./footer.ts";
import { type ParquetCompression, type PageCodec, pageCodecOf } from "./page-codec.ts";
import { type ParquetColumn, parquetColumnOf } from "./schema.ts";

export interface ParquetWriterOptions {
  readonly fields: readonly Field[];
  readonly compression: ParquetCompression;
  /** 1 by default */
  readonly zstdLevel?: number;
  /** raw bytes after which a row group is written; at most and by default 16 MiB */
  readonly rowGroupBytes?: number;
  /** raw bytes of a data page; 1 MiB by default */
  readonly pageBytes?: number;
  readonly keyValueMetadata?: Readonly<Record<string, string>>;
}

/** Takes a chunk of the file; it is valid during the call only. Chunks may be a few bytes or megabytes long. */
export type ParquetOutput = (bytes: Uint8Array) => void;

const ROW_GROUP_BYTES_MAX = 16 << 20;
const PAGE_BYTES = 1 << 20;

/** Bounds the index buffer where rows are tiny (a single bool column). */
const ROW_GROUP_ROWS_MAX = 1 << 20;

/** A row is large when it takes more than this share of a row group. */
const LARGE_ROW_SHARE = 1 / 16;

/** Rows larger than this on average leave no buffer behind. */
const KEEP_ROW_BYTES_MAX = 64 << 10;

/** About what a column chunk adds to the footer. */
const FOOTER_BYTES_PER_CHUNK = 160;

export class ParquetWriter {
  readonly #columns: readonly ParquetColumn[];
  readonly #buffers: readonly ColumnChunkBuffer[];
  readonly #codec: PageCodec;
  readonly #rowGroupBytes: number;
  readonly #pageBytes: number;
  readonly #keyValues: Readonly<Record<string, string>>;
  readonly #rowBytes: number;
  readonly #scratch = new ChunkScratch();
  #output: ParquetOutput;
  #rowGroups: RowGroupMetadata[] = [];
  #rowCount = 0;
  #bytesOut = 0;
  #bufferedRows = 0;
  #bufferedBytes = 0;
  /** largest share of raw bytes a row group of this file took when encoded */
  #encodedShare = 0;
  #isFinished = false;

  constructor(options: ParquetWriterOptions, output: ParquetOutput) {
    this.#columns = options.fields.map(parquetColumnOf);
    this.#buffers = this.#columns.map((column) => new ColumnChunkBuffer(column));
    this.#codec = pageCodecOf(options.compression, options.zstdLevel ?? 1);
    this.#rowGroupBytes = options.rowGroupBytes ?? ROW_GROUP_BYTES_MAX;
    this.#pageBytes = options.pageBytes ?? PAGE_BYTES;
    assert(
      this.#rowGroupBytes > 0 && this.#rowGroupBytes <= ROW_GROUP_BYTES_MAX,
      "0 < rowGroupBytes <= 16 MiB",
    );
    assert(this.#pageBytes > 0, "pageBytes is positive");
    assert(this.#columns.length > 0, "a Parquet file has at least one column");
    this.#keyValues = options.keyValueMetadata ?? {};
    this.#rowBytes = this.#columns.reduce((total, column) => total + rawBytesOf(column), 0);
    this.#output = output;
    this.#emit(MAGIC);
  }

  /** Appends rows; full row groups go to the output. The batch may be reused afterwards. */
  write(batch: ColumnBatch): void {
    assert(!this.#isFinished, "a finished ParquetWriter is reset before it writes again");
    assert(batch.columns.length === this.#columns.length, "a batch has the columns of its writer");
    for (let from = 0; from < batch.rowCount; ) {
      const to = this.#rowGroupEnd(batch, from);
      if (to === from) {
        this.#writeRowGroup();
        continue;
      }
      for (const [index, buffer] of this.#buffers.entries()) {
        const column = batch.columns[index];
        if (column !== undefined) buffer.append(column, { from, to });
      }
      this.#bufferedRows += to - from;
      this.#bufferedBytes += this.#rawBytes(batch, from, to);
      if (this.#isFull(this.#bufferedRows, this.#bufferedBytes) || this.#endsAt(batch, to))
        this.#writeRowGroup();
      from = to;
    }
    this.#rowCount += batch.rowCount;
  }

  /**
   * Bytes the file would have if finished now: exact for what was handed out, estimated for what is buffered from the
   * least compressible row group so far (before the first one: its raw size, which is an upper bound in practice).
   * Part splitting holds its limit when `rowGroupBytes` is a small share of it.
   */
  get bytesEstimate(): number {
    const share = this.#rowGroups.length === 0 ? 1 : this.#encodedShare;
    const footer = (this.#rowGroups.length + 1) * this.#columns.length * FOOTER_BYTES_PER_CHUNK;
    return this.#bytesOut + Math.ceil(this.#bufferedBytes * share) + (this.#isFinished ? 0 : footer);
  }

  /** Rows written to this file. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Writes the last row group and the footer. A file without rows is valid. */
  finish(): void {
    assert(!this.#isFinished, "a ParquetWriter is finished once");
    if (this.#bufferedRows > 0) this.#writeRowGroup();
    this.#emit(
      encodeFooter({
        columns: this.#columns,
        rowCount: this.#rowCount,
        rowGroups: this.#rowGroups,
        codecCode: this.#codec.code,
        keyValues: this.#keyValues,
      }),
    );
    this.#isFinished = true;
  }

  /** Starts another file with the same options; what was not finished is dropped. */
  reset(output: ParquetOutput): void {
    this.#clearBuffers();
    this.#rowGroups = [];
    this.#rowCount = 0;
    this.#bytesOut = 0;
    this.#encodedShare = 0;
    this.#isFinished = false;
    this.#output = output;
    this.#emit(MAGIC);
  }

  /** The row behind the last of the row group, or the batch's end; `from` when the group takes no more. */
  #rowGroupEnd(batch: ColumnBatch, from: number): number {
    const fillsAt = (to: number): boolean =>
      this.#isFull(this.#bufferedRows + to - from, this.#bufferedBytes + this.#rawBytes(batch, from, to));
    if (!fillsAt(batch.rowCount)) return this.#endOfLarge(batch, from, batch.rowCount);
    let open = from;
    let full = batch.rowCount;
    while (full - open > 1) {
      const middle = (open + full) >> 1;
      if (fillsAt(middle)) full = middle;
      else open = middle;
    }
    return this.#endOfLarge(batch, from, full);
  }

  /** Where large rows among [from, to) end the row group, which is at `to` at the latest. */
  #endOfLarge(batch: ColumnBatch, from: number, to: number): number {
    const largeBytes = this.#rowGroupBytes * LARGE_ROW_SHARE;
    let bytes = this.#bufferedBytes;
    if (this.#rawBytes(batch, from, to) <= largeBytes) return to;
    for (let row = from; row < to; row += 1) {
      const rowBytes = this.#rawBytes(batch, row, row + 1);
      const isFirst = this.#bufferedRows + row - from === 0;
      bytes += rowBytes;
      if (rowBytes <= largeBytes) continue;
      if (bytes > this.#rowGroupBytes && !isFirst) return row;
      if (bytes >= this.#rowGroupBytes / 2) return row + 1;
    }
    return to;
  }

  /** Whether the last row, just appended, is a large one that ends its row group. */
  #endsAt(batch: ColumnBatch, to: number): boolean {
    if (this.#bufferedBytes < this.#rowGroupBytes / 2) return false;
    return this.#rawBytes(batch, to - 1, to) > this.#rowGroupBytes * LARGE_ROW_SHARE;
  }

  #isFull(rows: number, bytes: number): boolean {
    return bytes >= this.#rowGroupBytes || rows >= ROW_GROUP_ROWS_MAX;
  }

  #rawBytes(batch: ColumnBatch, from: number, to: number): number {
    return batch.columns.reduce(
      (total, column) => total + varlenBytesOf(column, from, to),
      this.#rowBytes * (to - from),
    );
  }

  #writeRowGroup(): void {
    const startsAt = this.#bytesOut;
    const output: ChunkOutput = {
      scratch: this.#scratch,
      codec: this.#codec,
      pageBytes: this.#pageBytes,
      position: () => this.#bytesOut,
      emit: (bytes) => this.#emit(bytes),
    };
    const chunks = this.#buffers.map((buffer) => buffer.encode(output));
    this.#rowGroups.push({ rowCount: this.#bufferedRows, startsAt, chunks });
    this.#encodedShare = Math.max(this.#encodedShare, (this.#bytesOut - startsAt) / this.#bufferedBytes);
    this.#clearBuffers();
  }

  #clearBuffers(): void {
    const areLarge = this.#bufferedBytes > this.#bufferedRows * KEEP_ROW_BYTES_MAX;
    for (const buffer of this.#buffers) buffer.clear(areLarge ? 0 : this.#rowGroupBytes);
    this.#scratch.page.clear(this.#pageBytes);
    this.#bufferedRows = 0;
    this.#bufferedBytes = 0;
  }

  #emit(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#output(bytes);
    this.#bytesOut += bytes.length;
  }
}

/** What a row adds to the raw size, whether it is null or not; of variable-length values their length field. */
function rawBytesOf({ physical, valueBytes }: ParquetColumn): number {
  if (physical === "BOOLEAN") return 1;
  return physical === "BYTE_ARRAY" ? 4 : valueBytes;
}

function varlenBytesOf(column: Column, from: number, to: number): number {
  return column.layout === "varlen" ? (column.offsets[to] ?? 0) - (column.offsets[from] ?? 0) : 0;
}
