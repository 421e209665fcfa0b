/**
 * The two ways values of a chunk become pages: PLAIN, or indexes into a dictionary. A ValueEncoding cuts the chunk's
 * rows into pages at multiples of 8 rows and writes the values of one page.
 */
import type { BoolValueBuffer } from "./bool-values.ts";
import type { ByteBuffer } from "./byte-buffer.ts";
import type { FixedValueBuffer } from "./fixed-values.ts";
import { ENCODING } from "./page-header.ts";
import { encodeHybrid } from "./rle-hybrid.ts";
import type { VarlenValueBuffer } from "./varlen-values.ts";

export interface ValueEncoding {
  readonly code: number;
  /** The row behind a page that begins at `row`, whose first value is number `value`. */
  pageEnd(row: number, value: number): number;
  /** Appends the values [from, to); called in order, page after page. */
  encode(from: number, to: number, target: ByteBuffer): void;
  /** The values as a view, where they need no encoding at all. */
  view?(from: number, to: number): Uint8Array;
}

export interface PageLimits {
  readonly rowCount: number;
  readonly pageBytes: number;
  /** Non-null rows among [from, to). */
  readonly countValid: (from: number, to: number) => number;
}

export function plainFixed(values: FixedValueBuffer, valueBytes: number, limits: PageLimits): ValueEncoding {
  const view = (from: number, to: number): Uint8Array =>
    values.bytes.subarray(from * valueBytes, to * valueBytes);
  return {
    code: ENCODING.plain,
    pageEnd: evenPages(limits, valueBytes * 8),
    encode: (from, to, target) => target.append(view(from, to)),
    view,
  };
}

export function plainBool(values: BoolValueBuffer, limits: PageLimits): ValueEncoding {
  return {
    code: ENCODING.plain,
    pageEnd: evenPages(limits, 1),
    encode: (from, to, target) => values.encodePlain(from, to, target),
  };
}

export function plainVarlen(values: VarlenValueBuffer, limits: PageLimits): ValueEncoding {
  let position = 0;
  return {
    code: ENCODING.plain,
    pageEnd: (row, value) => varlenPageEnd(values, limits, { row, value }),
    encode: (from, to, target) => {
      position = values.encodePlain({ from, to, position }, target);
    },
  };
}

export function dictionaryIndexes(indexes: Int32Array, bitWidth: number, limits: PageLimits): ValueEncoding {
  return {
    code: ENCODING.rleDictionary,
    pageEnd: evenPages(limits, bitWidth),
    encode: (from, to, target) => {
      target.appendByte(bitWidth);
      encodeHybrid({ indexes, from, to }, bitWidth, target);
    },
  };
}

function evenPages({ rowCount, pageBytes }: PageLimits, bitsPerValue: number): ValueEncoding["pageEnd"] {
  const rowsPerPage = Math.max(8, Math.floor((pageBytes * 8) / bitsPerValue) & ~7);
  return (row) => Math.min(rowCount, row + rowsPerPage);
}

/** Adds eight rows at a time until the page is full; at least eight, however large they are. */
function varlenPageEnd(
  values: VarlenValueBuffer,
  { rowCount, pageBytes, countValid }: PageLimits,
  start: { readonly row: number; readonly value: number },
): number {
  const { lengths } = values;
  let { row, value } = start;
  let bytes = 0;
  while (row < rowCount) {
    const next = Math.min(rowCount, row + 8);
    const end = value + countValid(row, next);
    for (; value < end; value += 1) bytes += (lengths[value] ?? 0) + 4;
    if (bytes > pageBytes && row > start.row) return row;
    row = next;
  }
  return rowCount;
}
