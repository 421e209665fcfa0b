/**
 * Reads one column chunk, some rows at a time, whatever its pages: levels into the validity bitmap, values densely into
 * reused buffers, then spread to their rows and converted. A fault says file, column and page.
 */
import { NullMask } from "../../../columns/build/null-mask.ts";
import type { Column } from "../../../columns/column-batch.ts";
import { messageOf, TidemarkError } from "../../../core/errors.ts";
import type { ReadAt } from "../../byte-window.ts";
import {
  bitOf,
  type CellFailure,
  type ColumnBody,
  type FixedConverter,
  fixedConverter,
} from "./convert-fixed.ts";
import { convertVarlen } from "./convert-varlen.ts";
import { type DenseValues, denseValues, type FixedDecoder } from "./fixed-decoders.ts";

import {
  type FixedDictionary,
  fixedDictionary,
  openFixedDecoder,
  openVarlenDecoder,
} from "./open-decoder.ts";
import { type DataPage, PageReader } from "./open-page.ts";
import { pageFault } from "./page-fault.ts";
import type { ParquetChunk } from "./read-footer.ts";
import {
  DenseVarlen,
  type VarlenDecoder,
  type VarlenDictionary,
  varlenDictionary,
} from "./varlen-decoders.ts";

export interface ColumnReaderOptions {
  readonly read: ReadAt;
  readonly file: string;
  readonly chunk: ParquetChunk;
  /** rows of the row group */
  readonly rowCount: number;
  /** rows of one `read` at most */
  readonly batchRowsMax: number;
  readonly blockBytes: number;
  readonly maxValueBytes: number;
}

export interface ColumnPart {
  readonly column: Column;
  readonly failures: readonly CellFailure[];
}

/** Where a column's values go on their way from pages to rows. */
type Store =
  | {
      readonly kind: "fixed";
      readonly dense: DenseValues;
      readonly convert: FixedConverter;
      decoder: FixedDecoder | null;
      dictionary: FixedDictionary | null;
    }
  | {
      readonly kind: "varlen";
      readonly dense: DenseVarlen;
      decoder: VarlenDecoder | null;
      dictionary: VarlenDictionary | null;
    };

export class ColumnReader {
  readonly #options: ColumnReaderOptions;
  readonly #pages: PageReader;
  readonly #store: Store;
  readonly #mask: NullMask;
  readonly #levels: Uint8Array;
  #page: DataPage | null = null;
  #pageRowsLeft = 0;
  #rowsLeft: number;

  constructor(options: ColumnReaderOptions) {
    const { chunk, batchRowsMax, read, blockBytes, maxValueBytes } = options;
    this.#options = options;
    this.#pages = new PageReader(read, chunk, blockBytes);
    this.#mask = new NullMask(batchRowsMax);
    this.#levels = new Uint8Array(batchRowsMax);
    this.#rowsLeft = options.rowCount;
    this.#store =
      chunk.column.physical === "BYTE_ARRAY"
        ? {
            kind: "varlen",
            dense: new DenseVarlen(batchRowsMax, maxValueBytes),
            decoder: null,
            dictionary: null,
          }
        : {
            kind: "fixed",
            dense: denseValues(chunk.column.width, batchRowsMax),
            convert: fixedConverter(chunk.column, batchRowsMax),
            decoder: null,
            dictionary: null,
          };
  }

  /** How many of the next `count` rows take at most `budget` bytes here; at least 1. Only counts rows of one page. */
  fit(count: number, budget: number): number {
    const store = this.#store;
    if (store.kind === "fixed") return count;
    return this.#guard(() => {
      while (this.#pageRowsLeft === 0) this.#nextPage();
      const within = Math.min(count, this.#pageRowsLeft);
      return store.decoder?.fit(within, budget) ?? within;
    });
  }

  /** The next `count` rows; valid until the next call. */
  read(count: number): ColumnPart {
    return this.#guard(() => {
      this.#mask.reset();
      if (this.#store.kind === "varlen") this.#store.dense.reset();
      let present = 0;
      for (let done = 0; done < count; ) {
        while (this.#pageRowsLeft === 0) this.#nextPage();
        const take = Math.min(count - done, this.#pageRowsLeft);
        const valid = this.#readLevels(done, take);
        if (valid > 0) this.#readValues(present, valid);
        present += valid;
        done += take;
        this.#pageRowsLeft -= take;
        this.#rowsLeft -= take;
      }
      return this.#build(count, present);
    });
  }

  #nextPage(): void {
    const { column } = this.#options.chunk;
    const store = this.#store;
    const page = this.#pages.next((dictionary) => {
      if (store.kind === "fixed") store.dictionary = fixedDictionary(column, dictionary);
      else store.dictionary = varlenDictionary(dictionary.bytes, dictionary.valueCount);
    });
    if (page.valueCount < 0 || page.valueCount > this.#rowsLeft)
      throw pageFault("more values than the row group has rows");
    this.#page = page;
    this.#pageRowsLeft = page.valueCount;
    if (store.kind === "fixed") store.decoder = openFixedDecoder(column, page, store.dictionary);
    else store.decoder = openVarlenDecoder(page, store.dictionary);
  }

  /** Marks nulls among `count` rows from `row`; returns how many are not null. */
  #readLevels(row: number, count: number): number {
    const levels = this.#page?.levels ?? null;
    if (levels === null) return count;
    const run = levels.takeRun(count);
    if (run === 1) return count;
    if (run === undefined) levels.read(this.#levels, 0, count);
    else this.#levels.fill(run, 0, count);
    let valid = 0;
    for (let index = 0; index < count; index += 1) {
      if (this.#levels[index] === 1) valid += 1;
      else this.#mask.setNull(row + index);
    }
    return valid;
  }

  #readValues(at: number, count: number): void {
    const store = this.#store;
    if (store.kind === "fixed") store.decoder?.read(store.dense, at, count);
    else store.decoder?.read(store.dense, count);
  }

  #build(rowCount: number, present: number): ColumnPart {
    const { type } = this.#options.chunk.column.field;
    const failures: CellFailure[] = [];
    const validity = this.#mask.build(rowCount);
    const store = this.#store;
    let body: ColumnBody;
    if (store.kind === "fixed") {
      if (validity !== null) spread(store.dense, { rowCount, present, validity });
      body = store.convert({ dense: store.dense, rowCount, validity, failures });
    } else {
      const { maxValueBytes } = this.#options;
      body = convertVarlen(type, { dense: store.dense, rowCount, validity, failures, maxValueBytes });
    }
    return { column: { type, rowCount, validity, nullCount: this.#mask.nullCount, ...body }, failures };
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      const { file, chunk } = this.#options;
      const why =
        cause instanceof TidemarkError ? String(cause.details.reason ?? cause.message) : messageOf(cause);
      const code =
        cause instanceof TidemarkError && cause.code === "FORMAT_UNSUPPORTED" ? cause.code : "FORMAT_CORRUPT";
      const reason = `column ${chunk.column.field.name}, page at byte ${this.#pages.pageOffset}: ${why}`;
      throw new TidemarkError(code, { file, reason }, { cause });
    }
  }
}

/** Moves dense values to their rows, from the last to the first; null rows get zero bytes. */
function spread(
  { width, bytes, words }: DenseValues,
  {
    rowCount,
    present,
    validity,
  }: { readonly rowCount: number; readonly present: number; readonly validity: Uint8Array },
): void {
  let from = present - 1;
  if (width === 8) {
    for (let row = rowCount - 1; row >= 0; row -= 1) {
      const valid = bitOf(validity, row);
      words[row * 2] = valid ? (words[from * 2] ?? 0) : 0;
      words[row * 2 + 1] = valid ? (words[from * 2 + 1] ?? 0) : 0;
      if (valid) from -= 1;
    }
  } else if (width === 4) {
    for (let row = rowCount - 1; row >= 0; row -= 1) {
      const valid = bitOf(validity, row);
      words[row] = valid ? (words[from] ?? 0) : 0;
      if (valid) from -= 1;
    }
  } else {
    for (let row = rowCount - 1; row >= 0; row -= 1) {
      if (bitOf(validity, row)) {
        bytes.copyWithin(row * width, from * width, (from + 1) * width);
        from -= 1;
      } else bytes.fill(0, row * width, (row + 1) * width);
    }
  }
}
