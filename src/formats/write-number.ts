/** Numbers as text, exact, for the CSV and NDJSON encoders; integers without a string or BigInt where they are safe. */
import type { Column } from "../columns/column-batch.ts";
import { renderValue } from "../columns/render-value.ts";
import type { TextBuffer } from "./text-buffer.ts";

const HIGH_SAFE_MAX = 0x1f_ffff;
const TWO_32 = 4_294_967_296;

/** Writes the integer at `row` of an int column, which is not null. */
export function writeInt(buffer: TextBuffer, column: Column, row: number): void {
  if (column.layout !== "fixed") return;
  const { values } = column;
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    const value = values[row] ?? 0n;
    const high = Number(value >> 32n);
    if (high >= -HIGH_SAFE_MAX && high < HIGH_SAFE_MAX)
      buffer.int(high * TWO_32 + Number(BigInt.asUintN(32, value)));
    else buffer.ascii(value.toString());
    return;
  }
  buffer.int(Number(values[row]));
}

/** Writes the canonical text of a value that has only ASCII characters. */
export function writeRendered(buffer: TextBuffer, column: Column, row: number): void {
  buffer.ascii(renderValue(column, row) ?? "");
}
