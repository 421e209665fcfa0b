/**
 * Integer columns. Rows read as numbers hold safe integers only (SQLite's driver refuses the page otherwise); rows read
 * as big integers tell an INTEGER from an integral REAL.
 */
import { allocateFixed, type Column, physicalOf } from "../../../../columns/column-batch.ts";
import { assert } from "../../../../core/errors.ts";
import type { SqlValue } from "../../sql-value.ts";
import type { CellContext, ColumnDecoder, DecodeRequest } from "./cell-context.ts";

type SmallInts = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** 8 to 32 bits. */
export class SmallIntDecoder implements ColumnDecoder {
  readonly #cells: CellContext;
  readonly #min: number;
  readonly #max: number;
  #values: SmallInts;

  constructor(cells: CellContext) {
    const { type } = cells.field;
    assert(type.kind === "int" && type.bits < 64, "small integers have at most 32 bits");
    this.#cells = cells;
    this.#min = type.signed ? -(2 ** (type.bits - 1)) : 0;
    this.#max = 2 ** (type.signed ? type.bits - 1 : type.bits) - 1;
    this.#values = this.#allocate(0);
  }

  decode(request: DecodeRequest): Column {
    const { rows } = request;
    const { index, nulls, field, strict } = this.#cells;
    const rowCount = rows.length;
    if (rowCount > this.#values.length) this.#values = this.#allocate(rowCount);
    const values = this.#values;
    const min = this.#min;
    const max = this.#max;
    nulls.reset();
    for (let row = 0; row < rowCount; row += 1) {
      const value = rows[row]?.[index] ?? null;
      if (typeof value === "number" && !strict && Number.isInteger(value) && value >= min && value <= max)
        values[row] = value;
      else values[row] = this.#slow(value, row, request);
    }
    return {
      type: field.type,
      layout: "fixed",
      rowCount,
      values: values.subarray(0, rowCount),
      validity: nulls.build(rowCount),
      nullCount: nulls.nullCount,
    };
  }

  #slow(value: SqlValue, row: number, request: DecodeRequest): number {
    if (value === null) this.#cells.null(row, request);
    else if (this.#cells.isInteger(value)) {
      const number = Number(value);
      if (number >= this.#min && number <= this.#max) return number;
      this.#cells.outOfRange(row, request);
    } else this.#cells.wrongClass(row, request, value);
    return 0;
  }

  #allocate(rowCount: number): SmallInts {
    return allocateFixed(physicalOf(this.#cells.field.type), rowCount) as SmallInts;
  }
}

const TWO_32 = 4294967296;

/** int64 and uint64; the latter beyond 2^63 only fits as text. */
export class BigIntDecoder implements ColumnDecoder {
  readonly #cells: CellContext;
  readonly #signed: boolean;
  #values = new BigInt64Array(0);
  #halves = new Int32Array(0);

  constructor(cells: CellContext) {
    this.#cells = cells;
    this.#signed = cells.field.type.kind === "int" && cells.field.type.signed;
  }

  decode(request: DecodeRequest): Column {
    const { rows } = request;
    const { index, nulls, field, strict } = this.#cells;
    const rowCount = rows.length;
    if (rowCount > this.#values.length) this.#grow(rowCount);
    const halves = this.#halves;
    const min = this.#signed ? Number.MIN_SAFE_INTEGER : 0;
    nulls.reset();
    for (let row = 0; row < rowCount; row += 1) {
      const value = rows[row]?.[index] ?? null;
      if (typeof value === "number" && !strict && Number.isSafeInteger(value) && value >= min) {
        halves[row * 2] = value;
        halves[row * 2 + 1] = Math.floor(value / TWO_32);
      } else this.#slow(value, row, request);
    }
    const { buffer } = this.#values;
    return {
      type: field.type,
      layout: "fixed",
      rowCount,
      values: this.#signed ? new BigInt64Array(buffer, 0, rowCount) : new BigUint64Array(buffer, 0, rowCount),
      validity: nulls.build(rowCount),
      nullCount: nulls.nullCount,
    };
  }

  #slow(value: SqlValue, row: number, request: DecodeRequest): void {
    this.#values[row] = 0n;
    if (value === null) this.#cells.null(row, request);
    else if (this.#cells.isInteger(value)) {
      const exact = BigInt(value);
      if (this.#signed || exact >= 0n) this.#values[row] = exact;
      else this.#cells.outOfRange(row, request);
    } else if (typeof value === "string" && !this.#signed && /^\d{1,20}$/.test(value)) {
      this.#storeUnsigned(BigInt(value), row, request);
    } else this.#cells.wrongClass(row, request, value);
  }

  #storeUnsigned(value: bigint, row: number, request: DecodeRequest): void {
    if (BigInt.asUintN(64, value) === value) this.#values[row] = BigInt.asIntN(64, value);
    else this.#cells.outOfRange(row, request);
  }

  #grow(rowCount: number): void {
    this.#values = new BigInt64Array(rowCount);
    this.#halves = new Int32Array(this.#values.buffer);
  }
}
