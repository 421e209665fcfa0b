/**
 * text and json. Short ASCII text is copied code by code, which beats a call into the engine; all else is encoded by it.
 *
 * The driver turns invalid UTF-8 into U+FFFD; text that holds one is looked at again as bytes. Columns whose declared
 * type gave them NUMERIC affinity without saying what they hold take numbers too, as their decimal text: SQLite itself
 * made numbers of the digits it was given.
 */
import { Buffer } from "node:buffer";
import type { Column } from "../../../../columns/column-batch.ts";
import { isInteger, type SqlValue } from "../../sql-value.ts";
import type { CellContext, ColumnDecoder, DecodeRequest } from "./cell-context.ts";
import { VarlenBuffer } from "./varlen-buffer.ts";

/** Up to here the code loop was faster than `Buffer.write` (measured on Node 24: equal at about 60). */
const SHORT_CHARS = 48;
const REPLACEMENT = "\uFFFD";

export class TextDecoder implements ColumnDecoder {
  readonly #cells: CellContext;
  readonly #takesNumbers: boolean;
  readonly #json: boolean;
  readonly #buffer = new VarlenBuffer();

  constructor(cells: CellContext, takesNumbers: boolean) {
    this.#cells = cells;
    this.#json = cells.field.type.kind === "json";
    this.#takesNumbers = takesNumbers;
  }

  decode(request: DecodeRequest): Column {
    const { rows } = request;
    const { index, nulls, field } = this.#cells;
    const rowCount = rows.length;
    const shortMax = this.#json ? -1 : Math.min(SHORT_CHARS, this.#cells.maxValueBytes);
    this.#buffer.start(rowCount);
    const { offsets } = this.#buffer;
    let { bytes } = this.#buffer;
    let used = 0;
    nulls.reset();
    offsets[0] = 0;
    for (let row = 0; row < rowCount; row += 1) {
      const value = rows[row]?.[index] ?? null;
      if (typeof value === "string" && value.length <= shortMax) {
        const length = value.length;
        if (used + length > bytes.length) {
          this.#buffer.reserve(used, length);
          bytes = this.#buffer.bytes;
        }
        let at = 0;
        for (; at < length; at += 1) {
          const code = value.charCodeAt(at);
          if (code > 127) break;
          bytes[used + at] = code;
        }
        if (at === length) {
          used += length;
          offsets[row + 1] = used;
          continue;
        }
      }
      used = this.#slow(value, { row, used }, request);
      bytes = this.#buffer.bytes;
      offsets[row + 1] = used;
    }
    return this.#buffer.build(field.type, rowCount, nulls);
  }

  /** Returns the bytes used after this cell. */
  #slow(
    value: SqlValue,
    { row, used }: { readonly row: number; readonly used: number },
    request: DecodeRequest,
  ): number {
    const cells = this.#cells;
    if (value === null) {
      cells.null(row, request);
      return used;
    }
    const text = this.#textOf(value);
    if (text === undefined) {
      cells.wrongClass(row, request, value);
      return used;
    }
    this.#buffer.reserve(used, text.length > 256 ? Buffer.byteLength(text) : text.length * 3);
    const length = this.#buffer.bytes.write(text, used, "utf8");
    if (length > cells.maxValueBytes)
      cells.fault(row, request, "too_large", tooLarge(length, cells.maxValueBytes));
    else if (
      length !== text.length &&
      text.includes(REPLACEMENT) &&
      !request.check.isStoredText(row, cells.index)
    )
      cells.fault(row, request, "encoding", "text that is not valid UTF-8");
    else if (this.#json && !isJson(text)) cells.fault(row, request, "type", "text that is not JSON");
    else return used + length;
    return used;
  }

  #textOf(value: SqlValue): string | undefined {
    if (typeof value === "string") return value;
    if (!this.#takesNumbers) return undefined;
    if (isInteger(value)) return BigInt(value).toString();
    return typeof value === "number" && Number.isFinite(value) ? String(value) : undefined;
  }
}

export function tooLarge(bytes: number, maxValueBytes: number): string {
  return `a value of ${bytes} bytes is larger than maxValueBytes (${maxValueBytes})`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
