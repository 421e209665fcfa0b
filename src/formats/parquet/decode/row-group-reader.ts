/**
 * Reads a row group in batches whose size is bounded by rows and bytes however large group and values are: all columns
 * advance together, page by page. A value of a variable-width column that alone exceeds the budget gets a batch of its own.
 */
import type { Column } from "../../../columns/column-batch.ts";
import type { ReadAt } from "../../byte-window.ts";
import type { CellFailure } from "./convert-fixed.ts";
import { ColumnReader } from "./column-reader.ts";
import type { ParquetColumn } from "./parquet-column.ts";
import type { ParquetFooter } from "./read-footer.ts";

export interface RowGroupOptions {
  readonly read: ReadAt;
  /** for error messages */
  readonly file: string;
  readonly footer: ParquetFooter;
  readonly rowGroup: number;
  /** columns to read, in the order wanted */
  readonly columns: readonly ParquetColumn[];
  readonly maxValueBytes: number;
}

export interface ParquetFailure extends CellFailure {
  readonly column: string;
}

export interface ParquetBatch {
  readonly columns: readonly Column[];
  readonly rowCount: number;
  /** 0-based within the row group */
  readonly firstRow: number;
  /** rows of `columns` that must not be used; may name a row several times */
  readonly failures: readonly ParquetFailure[];
}

const BATCH_ROWS_MAX = 16_384;
const BATCH_ROWS_MIN = 256;
/** Fixed-width bytes of one batch, and bytes of all its variable-width columns together. */
const BATCH_BYTES = 8 * 1024 * 1024;
const COLUMN_BUDGET_MIN = 256 * 1024;
/** Read-ahead of all columns together, and of one. */
const READ_AHEAD_BYTES = 16 * 1024 * 1024;
const BLOCK_BYTES_MIN = 16 * 1024;
const BLOCK_BYTES_MAX = 512 * 1024;

export class RowGroupReader {
  readonly #columns: readonly ParquetColumn[];
  readonly #readers: readonly ColumnReader[];
  readonly #batchRowsMax: number;
  readonly #columnBudget: number;
  readonly #rowCount: number;
  #row = 0;

  constructor(options: RowGroupOptions) {
    const { columns, footer, rowGroup } = options;
    const group = footer.rowGroups[rowGroup];
    const rowBytes = columns.reduce((total, { width }) => total + width, 0);
    const varlenCount = columns.filter(({ width }) => width === 0).length;
    this.#columns = columns;
    this.#rowCount = group?.rowCount ?? 0;
    this.#batchRowsMax = clamp(
      Math.floor(BATCH_BYTES / Math.max(1, rowBytes)),
      BATCH_ROWS_MIN,
      BATCH_ROWS_MAX,
    );
    this.#columnBudget = Math.max(COLUMN_BUDGET_MIN, Math.floor(BATCH_BYTES / Math.max(1, varlenCount)));
    const blockBytes = clamp(Math.floor(READ_AHEAD_BYTES / columns.length), BLOCK_BYTES_MIN, BLOCK_BYTES_MAX);
    this.#readers = columns.flatMap((column) => {
      const chunk = group?.chunks[column.index];
      if (chunk === undefined) return [];
      const { read, file, maxValueBytes } = options;
      const rowCount = this.#rowCount;
      return [
        new ColumnReader({
          read,
          file,
          chunk: { ...chunk, column },
          rowCount,
          batchRowsMax: Math.min(this.#batchRowsMax, rowCount),
          blockBytes,
          maxValueBytes,
        }),
      ];
    });
  }

  /** The next batch, or null at the end of the row group. */
  next(): ParquetBatch | null {
    const firstRow = this.#row;
    let rowCount = Math.min(this.#batchRowsMax, this.#rowCount - firstRow);
    if (rowCount === 0) return null;
    for (const reader of this.#readers) rowCount = reader.fit(rowCount, this.#columnBudget);
    const columns: Column[] = [];
    const failures: ParquetFailure[] = [];
    for (const [index, reader] of this.#readers.entries()) {
      const part = reader.read(rowCount);
      columns.push(part.column);
      const column = this.#columns[index]?.field.name ?? "";
      for (const failure of part.failures) failures.push({ ...failure, column });
    }
    this.#row += rowCount;
    return { columns, rowCount, firstRow, failures };
  }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
