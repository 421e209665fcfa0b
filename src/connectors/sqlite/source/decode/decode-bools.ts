/** bool: the integers 0 and 1, which is how SQLite spells FALSE and TRUE. */
import type { Column } from "../../../../columns/column-batch.ts";
import type { CellContext, ColumnDecoder, DecodeRequest } from "./cell-context.ts";

export class BoolDecoder implements ColumnDecoder {
  readonly #cells: CellContext;
  #bits = new Uint8Array(0);

  constructor(cells: CellContext) {
    this.#cells = cells;
  }

  decode(request: DecodeRequest): Column {
    const { rows } = request;
    const { index, nulls, field, strict } = this.#cells;
    const byteCount = (rows.length + 7) >> 3;
    if (byteCount > this.#bits.length) this.#bits = new Uint8Array(byteCount);
    else this.#bits.fill(0, 0, byteCount);
    nulls.reset();
    for (let row = 0; row < rows.length; row += 1) {
      const value = rows[row]?.[index] ?? null;
      if (value === 1n || (value === 1 && !strict))
        this.#bits[row >> 3] = (this.#bits[row >> 3] ?? 0) | (1 << (row & 7));
      else if (value === null) this.#cells.null(row, request);
      else if (value !== 0n && (value !== 0 || strict)) {
        if (this.#cells.isInteger(value)) this.#cells.outOfRange(row, request);
        else this.#cells.wrongClass(row, request, value);
      }
    }
    return {
      type: field.type,
      layout: "bits",
      rowCount: rows.length,
      values: this.#bits.subarray(0, byteCount),
      validity: nulls.build(rows.length),
      nullCount: nulls.nullCount,
    };
  }
}
