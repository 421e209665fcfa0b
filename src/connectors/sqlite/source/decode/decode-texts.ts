/**
 * text and json. Short ASCII text is copied code by code, which beats a call into the engine; all else is encoded by it.
 *
 * The driver turns invalid UTF-8 into U+FFFD; text that holds one is looked at again as bytes. Large text comes as bytes
 * and never becomes a string, but for what looks like invalid JSON. Columns whose declared
 * type gave them NUMERIC affinity without saying what they hold take numbers too, as their decimal text: SQLite itself
 * made numbers of the digits it was given.
 */
import { Buffer, isUtf8 } from "node:buffer";
import { scanJsonValue, skipJsonBlanks } from "../../../../columns/cast/scan-json.ts";
import type { Column } from "../../../../columns/column-batch.ts";
import { isInteger, type SqlValue, TextBytes } from "../../sql-value.ts";
import type { CellContext, ColumnDecoder, DecodeRequest } from "./cell-context.ts";
import { VarlenBuffer } from "./varlen-buffer.ts";

/** Up to here the code loop was faster than a call into the engine (measured on Node 24: 3 ns a character against 38 a call). */
const SHORT_CHARS = 8;
/** Longer text is measured first, as its bytes may need three times its length. */
const FAST_CHARS = 4096;
const REPLACEMENT = "\uFFFD";
const NOT_UTF8 = "text that is not valid UTF-8";
const NOT_JSON = "text that is not JSON";

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
    const fastMax = this.#json ? -1 : Math.min(FAST_CHARS, this.#cells.maxValueBytes);
    this.#buffer.start(rowCount);
    const { offsets } = this.#buffer;
    let { bytes } = this.#buffer;
    let used = 0;
    nulls.reset();
    offsets[0] = 0;
    for (let row = 0; row < rowCount; row += 1) {
      const value = rows[row]?.[index] ?? null;
      if (typeof value === "string" && value.length <= fastMax) {
        const { length } = value;
        if (used + length * 3 > bytes.length) {
          this.#buffer.reserve(used, length * 3);
          bytes = this.#buffer.bytes;
        }
        const written = length <= SHORT_CHARS ? writeShort(bytes, used, value) : bytes.utf8Write(value, used);
        if (written === length) {
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
    if (value instanceof TextBytes) return this.#takeBytes(value.bytes, { row, used }, request);
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
      cells.fault(row, request, "encoding", NOT_UTF8);
    else if (this.#json && !isJson(text)) cells.fault(row, request, "type", NOT_JSON);
    else return used + length;
    return used;
  }

  #takeBytes(
    bytes: Uint8Array,
    { row, used }: { readonly row: number; readonly used: number },
    request: DecodeRequest,
  ): number {
    const cells = this.#cells;
    const { length } = bytes;
    if (length > cells.maxValueBytes)
      cells.fault(row, request, "too_large", tooLarge(length, cells.maxValueBytes));
    else if (!isUtf8(bytes)) cells.fault(row, request, "encoding", NOT_UTF8);
    else if (this.#json && !isJsonBytes(bytes)) cells.fault(row, request, "type", NOT_JSON);
    else {
      if (this.#buffer.adopts(bytes, request.rows.length)) return length;
      this.#buffer.reserve(used, length);
      this.#buffer.bytes.set(bytes, used);
      return used + length;
    }
    return used;
  }

  #textOf(value: SqlValue): string | undefined {
    if (typeof value === "string") return value;
    if (!this.#takesNumbers) return undefined;
    if (isInteger(value)) return BigInt(value).toString();
    return typeof value === "number" && Number.isFinite(value) ? String(value) : undefined;
  }
}

/** Characters written until one is not ASCII; all of them when none is. */
function writeShort(bytes: Uint8Array, start: number, text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 127) return at;
    bytes[start + at] = code;
  }
  return text.length;
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

/** The scanner makes nothing, but refuses deep nesting and unpaired surrogates: those the parser decides. */
function isJsonBytes(bytes: Uint8Array): boolean {
  const { length } = bytes;
  const end = scanJsonValue(bytes, skipJsonBlanks(bytes, 0, length), length);
  if (end >= 0 && skipJsonBlanks(bytes, end, length) === length) return true;
  return isJson(Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("utf8"));
}
