/**
 * Decimals from whatever NUMERIC affinity made of them: INTEGER, REAL or TEXT.
 *
 * A REAL stands for the shortest decimal that reads back to it; that is the decimal that was stored as long as it has at
 * most 15 digits, and beyond that nobody can know: rule `precision`. Digits below the scale are `precision` too, unless
 * they are zeros; too many digits above it are `range`.
 */
import { type Column, type FixedValues, physicalOf } from "../../../../columns/column-batch.ts";
import { writeInt128 } from "../../../../columns/build/int128.ts";
import { assert } from "../../../../core/errors.ts";
import { REAL_DECIMAL_DIGITS } from "../../declared-type.ts";
import { isInteger, type SqlValue } from "../../sql-value.ts";
import type { CellContext, ColumnDecoder, DecodeRequest } from "./cell-context.ts";
import { parseDecimal } from "./parse-decimal.ts";

const TWO_32 = 4294967296;

export class DecimalDecoder implements ColumnDecoder {
  readonly #cells: CellContext;
  readonly #scale: number;
  readonly #factor: number;
  /** exclusive bound of what the fast way may hold */
  readonly #fastBound: number;
  readonly #bound: bigint;
  readonly #width: 4 | 8 | 16;
  #bytes = new Uint8Array(0);
  #words = new Int32Array(0);

  constructor(cells: CellContext) {
    const { type } = cells.field;
    assert(type.kind === "decimal", "a decimal decoder decodes decimals");
    this.#cells = cells;
    this.#scale = type.scale;
    this.#factor = 10 ** type.scale;
    // Doubles hold powers of ten exactly up to 10^22.
    this.#fastBound = type.scale > 22 ? 0 : 10 ** Math.min(type.precision, REAL_DECIMAL_DIGITS);
    this.#bound = 10n ** BigInt(type.precision);
    this.#width = WIDTHS[physicalOf(type)] ?? 16;
  }

  decode(request: DecodeRequest): Column {
    const { rows } = request;
    const { index, nulls, field } = this.#cells;
    const rowCount = rows.length;
    if (rowCount * this.#width > this.#bytes.length) this.#grow(rowCount);
    const words = this.#words;
    const stride = this.#width >> 2;
    const factor = this.#factor;
    const bound = this.#fastBound;
    nulls.reset();
    for (let row = 0; row < rowCount; row += 1) {
      const value = rows[row]?.[index] ?? null;
      if (typeof value === "number") {
        const unscaled = Math.round(value * factor);
        if (unscaled / factor === value && unscaled < bound && unscaled > -bound) {
          const at = row * stride;
          words[at] = unscaled;
          if (stride > 1) words[at + 1] = Math.floor(unscaled / TWO_32);
          if (stride > 2) words.fill(unscaled < 0 ? -1 : 0, at + 2, at + 4);
          continue;
        }
      }
      this.#slow(value, row, request);
    }
    const validity = nulls.build(rowCount);
    const values = this.#valuesOf(rowCount);
    return { type: field.type, layout: "fixed", rowCount, values, validity, nullCount: nulls.nullCount };
  }

  #slow(value: SqlValue, row: number, request: DecodeRequest): void {
    this.#store(row, 0n);
    if (value === null) {
      this.#cells.null(row, request);
      return;
    }
    const text = decimalTextOf(value);
    const parsed = text === undefined ? "syntax" : parseDecimal(text, this.#scale);
    if (parsed === "syntax") this.#cells.wrongClass(row, request, value);
    else if (parsed === "precision" || (isInexact(value) && digitCount(text ?? "") > REAL_DECIMAL_DIGITS)) {
      const message = `more digits than ${this.#scale} after the point, or a REAL of more than ${REAL_DECIMAL_DIGITS}`;
      this.#cells.fault(row, request, "precision", message);
    } else if (parsed >= this.#bound || parsed <= -this.#bound) this.#cells.outOfRange(row, request);
    else this.#store(row, parsed);
  }

  #store(row: number, unscaled: bigint): void {
    if (this.#width === 16) writeInt128(this.#bytes, row * 16, unscaled);
    else if (this.#width === 4) this.#words[row] = Number(unscaled);
    else new BigInt64Array(this.#bytes.buffer, row * 8, 1)[0] = unscaled;
  }

  #valuesOf(rowCount: number): FixedValues {
    const { buffer } = this.#bytes;
    if (this.#width === 4) return new Int32Array(buffer, 0, rowCount);
    return this.#width === 8
      ? new BigInt64Array(buffer, 0, rowCount)
      : new Uint8Array(buffer, 0, rowCount * 16);
  }

  #grow(rowCount: number): void {
    this.#bytes = new Uint8Array(rowCount * this.#width);
    this.#words = new Int32Array(this.#bytes.buffer);
  }
}

const WIDTHS: Readonly<Record<string, 4 | 8 | 16>> = { i32: 4, i64: 8, fixed16: 16 };

/** undefined for what is no number. */
function decimalTextOf(value: SqlValue): string | undefined {
  if (typeof value === "string") return value;
  if (isInteger(value)) return BigInt(value).toString();
  return typeof value === "number" && Number.isFinite(value) ? String(value) : undefined;
}

/** A REAL that is no safe integer: its digits are a guess beyond the fifteenth. */
function isInexact(value: SqlValue): boolean {
  return typeof value === "number" && !isInteger(value);
}

function digitCount(text: string): number {
  const mantissa = text.replace(/e.*$/i, "").replace(/[-+.]/g, "");
  return mantissa.replace(/^0+/, "").replace(/0+$/, "").length;
}
