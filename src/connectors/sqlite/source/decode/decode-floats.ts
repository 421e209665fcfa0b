/** float64 and float32: REAL as it is, INTEGER when a float holds it exactly. */
import type { Column } from "../../../../columns/column-batch.ts";
import type { SqlValue } from "../../sql-value.ts";
import type { CellContext, ColumnDecoder, DecodeRequest } from "./cell-context.ts";

export class FloatDecoder implements ColumnDecoder {
  readonly #cells: CellContext;
  readonly #single: boolean;
  #values: Float32Array | Float64Array;

  constructor(cells: CellContext) {
    this.#cells = cells;
    this.#single = cells.field.type.kind === "float" && cells.field.type.bits === 32;
    this.#values = this.#allocate(0);
  }

  decode(request: DecodeRequest): Column {
    const { rows } = request;
    const { index, nulls, field } = this.#cells;
    const rowCount = rows.length;
    if (rowCount > this.#values.length) this.#values = this.#allocate(rowCount);
    const values = this.#values;
    const single = this.#single;
    nulls.reset();
    for (let row = 0; row < rowCount; row += 1) {
      const value = rows[row]?.[index] ?? null;
      if (typeof value === "number" && (!single || Math.fround(value) === value)) values[row] = value;
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
    else if (typeof value === "number" || typeof value === "bigint") {
      const double = Number(value);
      const exact = typeof value === "number" || BigInt(double) === value;
      if (exact && (!this.#single || Math.fround(double) === double)) return double;
      const bits = this.#single ? 32 : 64;
      this.#cells.fault(row, request, "precision", `a number that float${bits} does not hold exactly`);
    } else this.#cells.wrongClass(row, request, value);
    return 0;
  }

  #allocate(rowCount: number): Float32Array | Float64Array {
    return this.#single ? new Float32Array(rowCount) : new Float64Array(rowCount);
  }
}
