/**
 * One column of one row group: rows are appended to buffers, then `encode` turns them into pages (a dictionary page
 * first where a dictionary pays) and returns what the footer needs. The whole chunk uses one encoding. Buffers stay for
 * the next row group; what one huge value made larger is given back.
 */
import type { Column } from "../../../columns/column-batch.ts";
import type { RowRange } from "../../../columns/compact-column.ts";
import { equalTypes } from "../../../columns/logical-type.ts";
import { assert } from "../../../core/errors.ts";
import { BoolValueBuffer } from "./bool-values.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import { bitWidthOf } from "./dictionary-pays.ts";
import { boolBounds, fixedBounds } from "./fixed-bounds.ts";
import { FixedDictionary } from "./fixed-dictionary.ts";
import { FixedValueBuffer } from "./fixed-values.ts";
import { NullLevels } from "./null-levels.ts";
import type { PageCodec } from "./page-codec.ts";
import { ENCODING, encodePageHeader, type PageOf } from "./page-header.ts";
import type { ParquetColumn } from "./schema.ts";
import type { Bounds } from "./statistics.ts";
import {
  dictionaryIndexes,
  type PageLimits,
  plainBool,
  plainFixed,
  plainVarlen,
  type ValueEncoding,
} from "./value-encoding.ts";
import { varlenBounds } from "./varlen-bounds.ts";
import { VarlenDictionary } from "./varlen-dictionary.ts";
import { VarlenValueBuffer } from "./varlen-values.ts";

/** What the footer says about a chunk. Offsets count from the start of the file. */
export interface ChunkMetadata {
  readonly rowCount: number;
  readonly nullCount: number;
  readonly bounds: Bounds;
  readonly dictionaryPageAt: number | undefined;
  readonly dataPagesAt: number;
  readonly dataPageCount: number;
  /** of the data pages */
  readonly encoding: number;
  /** page headers included */
  readonly plainBytes: number;
  readonly storedBytes: number;
}

/** Memory that serves the columns of a writer one after another. */
export class ChunkScratch {
  readonly fixedDictionary: FixedDictionary = new FixedDictionary();
  readonly varlenDictionary: VarlenDictionary = new VarlenDictionary();
  readonly page: ByteBuffer = new ByteBuffer();
  #indexes = new Int32Array(0);

  indexesFor(valueCount: number): Int32Array {
    if (this.#indexes.length < valueCount) this.#indexes = new Int32Array(valueCount + (valueCount >> 2));
    return this.#indexes;
  }
}

export interface ChunkOutput {
  readonly scratch: ChunkScratch;
  readonly codec: PageCodec;
  readonly pageBytes: number;
  /** position in the file of the next byte */
  readonly position: () => number;
  readonly emit: (bytes: Uint8Array) => void;
}

/** When the last page of a chunk is larger, the values it was made from are given back before it is compressed. */
const LARGE_PAGE_BYTES = 4 << 20;

/** Values encoded for a chunk, before paging. */
interface EncodedValues {
  readonly encoding: ValueEncoding;
  readonly bounds: Bounds;
  readonly dictionary?: { readonly plain: Uint8Array; readonly entryCount: number };
}

type ValueBuffer = BoolValueBuffer | FixedValueBuffer | VarlenValueBuffer;

export class ColumnChunkBuffer {
  readonly #column: ParquetColumn;
  readonly #levels: NullLevels | undefined;
  readonly #values: ValueBuffer;
  #rowCount = 0;

  constructor(column: ParquetColumn) {
    this.#column = column;
    this.#levels = column.field.nullable ? new NullLevels() : undefined;
    this.#values = valueBufferOf(column);
  }

  append(column: Column, rows: RowRange): void {
    const { name, type } = this.#column.field;
    assert(
      column.type === type || equalTypes(column.type, type),
      `column '${name}' has the type of its field`,
    );
    const values = this.#values;
    if (values.layout === "fixed" && column.layout === "fixed") values.append(column, rows);
    else if (values.layout === "bits" && column.layout === "bits") values.append(column, rows);
    else if (values.layout === "varlen" && column.layout === "varlen") values.append(column, rows);
    else assert(false, `column '${name}' has the layout of its type`);
    this.#rowCount += rows.to - rows.from;
    if (this.#levels !== undefined) this.#levels.append(column, rows);
    else
      assert(values.valueCount === this.#rowCount, `column '${name}' is declared not null and has no nulls`);
  }

  /** Writes the buffered rows as one column chunk; `clear` is up to the caller. */
  encode(output: ChunkOutput): ChunkMetadata {
    const startAt = output.position();
    const { encoding, bounds, dictionary } = this.#encodeValues(output);
    let plainBytes = 0;
    const emitPage = (page: Omit<PageOf, "body" | "plainBytes">, plain: Uint8Array): void => {
      const body = output.codec.compress(plain);
      const header = encodePageHeader({ ...page, plainBytes: plain.length, body });
      output.emit(header);
      output.emit(body);
      output.codec.release();
      plainBytes += header.length + plain.length;
    };
    if (dictionary !== undefined)
      emitPage(
        { type: "dictionary", valueCount: dictionary.entryCount, encoding: ENCODING.plain },
        dictionary.plain,
      );
    const dataPagesAt = output.position();
    const dataPageCount = this.#emitDataPages(encoding, output, emitPage);
    return {
      rowCount: this.#rowCount,
      nullCount: this.#levels?.nullCount ?? 0,
      bounds,
      dictionaryPageAt: dictionary === undefined ? undefined : startAt,
      dataPagesAt,
      dataPageCount,
      encoding: encoding.code,
      plainBytes,
      storedBytes: output.position() - startAt,
    };
  }

  /** Empties the buffer; memory above `keepBytes` is given back. */
  clear(keepBytes: number): void {
    this.#rowCount = 0;
    this.#levels?.clear();
    this.#values.clear(keepBytes);
  }

  #emitDataPages(
    encoding: ValueEncoding,
    { scratch: { page } }: ChunkOutput,
    emitPage: (page: Omit<PageOf, "body" | "plainBytes">, plain: Uint8Array) => void,
  ): number {
    let pages = 0;
    let value = 0;
    for (let row = 0; row < this.#rowCount; pages += 1) {
      const end = encoding.pageEnd(row, value);
      const valueEnd = value + this.#countValid(row, end);
      const header = { type: "data", valueCount: end - row, encoding: encoding.code } as const;
      if (this.#levels === undefined && encoding.view !== undefined)
        emitPage(header, encoding.view(value, valueEnd));
      else {
        page.length = 0;
        this.#levels?.encode(row, end, page);
        encoding.encode(value, valueEnd, page);
        if (end === this.#rowCount && page.length > LARGE_PAGE_BYTES) this.#values.clear(0);
        emitPage(header, page.written());
      }
      row = end;
      value = valueEnd;
    }
    return pages;
  }

  #countValid(from: number, to: number): number {
    return this.#levels?.countValid(from, to) ?? to - from;
  }

  #encodeValues({ scratch, pageBytes }: ChunkOutput): EncodedValues {
    const limits: PageLimits = {
      rowCount: this.#rowCount,
      pageBytes,
      countValid: (from, to) => this.#countValid(from, to),
    };
    switch (this.#values.layout) {
      case "bits":
        return encodeBools(this.#values, limits);
      case "fixed":
        return encodeFixed(this.#column, this.#values, { limits, scratch });
      case "varlen":
        return encodeVarlen(this.#column, this.#values, { limits, scratch });
    }
  }
}

interface EncodeContext {
  readonly limits: PageLimits;
  readonly scratch: ChunkScratch;
}

function valueBufferOf(column: ParquetColumn): ValueBuffer {
  if (column.physical === "BOOLEAN") return new BoolValueBuffer();
  return column.physical === "BYTE_ARRAY" ? new VarlenValueBuffer() : new FixedValueBuffer(column);
}

function encodeBools(values: BoolValueBuffer, limits: PageLimits): EncodedValues {
  return {
    encoding: plainBool(values, limits),
    bounds: boolBounds(values.valueCount, values.countTrue()),
  };
}

function encodeFixed(
  column: ParquetColumn,
  values: FixedValueBuffer,
  { limits, scratch }: EncodeContext,
): EncodedValues {
  const { words, valueCount } = values;
  const { valueBytes } = column;
  const wordsPerValue = valueBytes === 4 ? 1 : valueBytes === 8 ? 2 : 4;
  const indexes = scratch.indexesFor(valueCount);
  const dictionary = scratch.fixedDictionary;
  if (valueCount === 0 || !dictionary.build({ words, valueCount, wordsPerValue }, indexes))
    return {
      encoding: plainFixed(values, valueBytes, limits),
      bounds: fixedBounds(column, words, valueCount),
    };
  const { entryCount, entryWords } = dictionary;
  return {
    encoding: dictionaryIndexes(indexes, bitWidthOf(entryCount), limits),
    bounds: fixedBounds(column, entryWords, entryCount),
    dictionary: { plain: new Uint8Array(entryWords.buffer, 0, entryCount * valueBytes), entryCount },
  };
}

function encodeVarlen(
  column: ParquetColumn,
  values: VarlenValueBuffer,
  { limits, scratch }: EncodeContext,
): EncodedValues {
  const isText = column.field.type.kind !== "bytes";
  const indexes = scratch.indexesFor(values.valueCount);
  const dictionary = scratch.varlenDictionary;
  if (values.valueCount === 0 || !dictionary.build(values, indexes))
    return { encoding: plainVarlen(values, limits), bounds: varlenBounds(values, undefined, isText) };
  const { page } = scratch;
  page.length = 0;
  dictionary.encodePlain(values, page);
  return {
    encoding: dictionaryIndexes(indexes, bitWidthOf(dictionary.entryCount), limits),
    bounds: varlenBounds(values, dictionary, isText),
    dictionary: { plain: page.written(), entryCount: dictionary.entryCount },
  };
}
