/** bytes (BLOB) and uuid (16 bytes, or 32 hexadecimal digits with or without hyphens). */
import type { Column } from "../../../../columns/column-batch.ts";
import type { SqlValue } from "../../sql-value.ts";
import type { CellContext, ColumnDecoder, DecodeRequest } from "./cell-context.ts";
import { tooLarge } from "./decode-texts.ts";
import { VarlenBuffer } from "./varlen-buffer.ts";

export class BytesDecoder implements ColumnDecoder {
  readonly #cells: CellContext;
  readonly #buffer = new VarlenBuffer();

  constructor(cells: CellContext) {
    this.#cells = cells;
  }

  decode(request: DecodeRequest): Column {
    const { rows } = request;
    const { index, nulls, field, maxValueBytes } = this.#cells;
    const buffer = this.#buffer;
    buffer.start(rows.length);
    nulls.reset();
    let used = 0;
    buffer.offsets[0] = 0;
    for (let row = 0; row < rows.length; row += 1) {
      const value = rows[row]?.[index] ?? null;
      if (value instanceof Uint8Array) {
        if (value.length > maxValueBytes)
          this.#cells.fault(row, request, "too_large", tooLarge(value.length, maxValueBytes));
        else {
          if (!buffer.adopts(value, rows.length)) {
            buffer.reserve(used, value.length);
            buffer.bytes.set(value, used);
          }
          used += value.length;
        }
      } else if (value === null) this.#cells.null(row, request);
      else this.#cells.wrongClass(row, request, value);
      buffer.offsets[row + 1] = used;
    }
    return buffer.build(field.type, rows.length, nulls);
  }
}

export class UuidDecoder implements ColumnDecoder {
  readonly #cells: CellContext;
  #bytes = new Uint8Array(0);

  constructor(cells: CellContext) {
    this.#cells = cells;
  }

  decode(request: DecodeRequest): Column {
    const { rows } = request;
    const { index, nulls, field } = this.#cells;
    if (rows.length * 16 > this.#bytes.length) this.#bytes = new Uint8Array(rows.length * 16);
    nulls.reset();
    for (let row = 0; row < rows.length; row += 1) this.#store(rows[row]?.[index] ?? null, row, request);
    return {
      type: field.type,
      layout: "fixed",
      rowCount: rows.length,
      values: this.#bytes.subarray(0, rows.length * 16),
      validity: nulls.build(rows.length),
      nullCount: nulls.nullCount,
    };
  }

  #store(value: SqlValue, row: number, request: DecodeRequest): void {
    const at = row * 16;
    if (typeof value === "string" && parseUuid(value, this.#bytes, at)) return;
    if (value instanceof Uint8Array && value.length === 16) {
      this.#bytes.set(value, at);
      return;
    }
    this.#bytes.fill(0, at, at + 16);
    if (value === null) this.#cells.null(row, request);
    else if (typeof value === "string") this.#cells.fault(row, request, "type", "text that is not a uuid");
    else if (value instanceof Uint8Array)
      this.#cells.fault(row, request, "type", `${value.length} bytes where a uuid has 16`);
    else this.#cells.wrongClass(row, request, value);
  }
}

const HYPHEN = 45;

/** Writes the 16 bytes of a uuid in text; false when it is none. */
function parseUuid(text: string, into: Uint8Array, at: number): boolean {
  const hyphens = text.length === 36;
  if (!hyphens && text.length !== 32) return false;
  let from = 0;
  for (let byte = 0; byte < 16; byte += 1) {
    if (hyphens && (byte === 4 || byte === 6 || byte === 8 || byte === 10)) {
      if (text.charCodeAt(from) !== HYPHEN) return false;
      from += 1;
    }
    const high = hexDigit(text.charCodeAt(from));
    const low = hexDigit(text.charCodeAt(from + 1));
    if (high < 0 || low < 0) return false;
    into[at + byte] = high * 16 + low;
    from += 2;
  }
  return true;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
