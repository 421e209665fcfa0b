/**
 * Checksums of columns as tables hold them, independent of file format, source and the cut into batches: what a part's
 * manifest row promises and `validate --deep` recomputes. Per column three CRC-32 run over (1) the non-null values in
 * canonical little-endian form, (2) the lengths of variable-length values, (3) the row numbers of the nulls; the
 * checksum is their 24 hexadecimal digits. It finds damage and mistakes, not forgery: that is what a part's SHA-256 is
 * for. The format is normative in docs/formats/column-checksum.md.
 */
import { crc32 } from "node:zlib";
import { assert } from "../core/errors.ts";
import {
  type BitsColumn,
  type Column,
  type ColumnBatch,
  type Field,
  type FixedColumn,
  physicalOf,
  type VarlenColumn,
  widthOf,
} from "./column-batch.ts";
import { bytesOf, compactFixed, compactLengths, varlenBytes } from "./compact-column.ts";

export interface ColumnDigest {
  readonly name: string;
  readonly nulls: number;
  /** 24 lower-case hexadecimal digits: values, lengths, null rows */
  readonly checksum: string;
}

interface RunningSums {
  readonly name: string;
  nulls: number;
  values: number;
  lengths: number;
  nullRows: number;
}

export class ColumnChecksums {
  readonly #columns: readonly RunningSums[];
  #rowCount = 0;
  #scratch = new Uint8Array(1 << 16);

  constructor(fields: readonly Field[]) {
    this.#columns = fields.map(({ name }) => ({ name, nulls: 0, values: 0, lengths: 0, nullRows: 0 }));
  }

  update(batch: ColumnBatch): void {
    assert(
      batch.columns.length === this.#columns.length,
      "a batch has the columns its checksums were made for",
    );
    for (const [index, sums] of this.#columns.entries()) {
      const column = batch.columns[index];
      if (column === undefined) continue;
      this.#addValues(column, sums);
      if (column.validity !== null) this.#addNullRows(column, sums);
    }
    this.#rowCount += batch.rowCount;
  }

  /** The digests so far, in the order of the fields; `update` may go on afterwards. */
  finish(): ColumnDigest[] {
    return this.#columns.map(({ name, nulls, values, lengths, nullRows }) => ({
      name,
      nulls,
      checksum: hex8(values) + hex8(lengths) + hex8(nullRows),
    }));
  }

  #addValues(column: Column, sums: RunningSums): void {
    switch (column.layout) {
      case "fixed":
        sums.values = crc32(this.#fixedBytes(column), sums.values);
        break;
      case "bits":
        sums.values = crc32(this.#boolBytes(column), sums.values);
        break;
      case "varlen":
        sums.values = crc32(varlenBytes(column, { from: 0, to: column.rowCount }), sums.values);
        sums.lengths = crc32(this.#lengthBytes(column), sums.lengths);
        break;
    }
  }

  #fixedBytes(column: FixedColumn): Uint8Array {
    const bytes = column.rowCount * widthOf(physicalOf(column.type));
    if (column.validity === null) return bytesOf(column.values).subarray(0, bytes);
    const scratch = this.#scratchOf(bytes);
    return scratch.subarray(0, compactFixed(column, { from: 0, to: column.rowCount }, scratch));
  }

  #boolBytes({ values, validity, rowCount }: BitsColumn): Uint8Array {
    const scratch = this.#scratchOf(rowCount);
    let count = 0;
    for (let row = 0; row < rowCount; row += 1) {
      if (validity !== null && ((validity[row >> 3] ?? 0) & (1 << (row & 7))) === 0) continue;
      scratch[count] = ((values[row >> 3] ?? 0) >> (row & 7)) & 1;
      count += 1;
    }
    return scratch.subarray(0, count);
  }

  #lengthBytes(column: VarlenColumn): Uint8Array {
    const scratch = this.#scratchOf(column.rowCount * 4);
    const lengths = new Int32Array(scratch.buffer, 0, column.rowCount);
    return scratch.subarray(0, 4 * compactLengths(column, { from: 0, to: column.rowCount }, lengths));
  }

  #addNullRows(column: Column, sums: RunningSums): void {
    const { validity, rowCount } = column;
    if (validity === null) return;
    const scratch = this.#scratchOf(rowCount * 4);
    const rows = new Uint32Array(scratch.buffer, 0, rowCount);
    let count = 0;
    for (let row = 0; row < rowCount; row += 1) {
      if (((validity[row >> 3] ?? 0) & (1 << (row & 7))) !== 0) continue;
      rows[count] = this.#rowCount + row;
      count += 1;
    }
    sums.nulls += count;
    sums.nullRows = crc32(scratch.subarray(0, count * 4), sums.nullRows);
  }

  #scratchOf(bytes: number): Uint8Array {
    if (this.#scratch.length < bytes) this.#scratch = new Uint8Array(bytes * 2);
    return this.#scratch;
  }
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, "0");
}
