/**
 * Dense BYTE_ARRAY values into the rows of a text, json, bytes or decimal column. Text must be UTF-8 (rule `encoding`)
 * and json one JSON value (rule `type`); values larger than `maxValueBytes` were passed over (rule `too_large`).
 */
import { isUtf8 } from "node:buffer";
import { scanJsonValue, skipJsonBlanks } from "../../../columns/cast/scan-json.ts";
import { physicalOf } from "../../../columns/column-batch.ts";
import type { LogicalType } from "../../../columns/logical-type.ts";
import { bitOf, type CellFailure, type ColumnBody, DecimalRows } from "./convert-fixed.ts";
import type { DenseVarlen } from "./varlen-decoders.ts";

export interface VarlenRows {
  readonly dense: DenseVarlen;
  readonly rowCount: number;
  readonly validity: Uint8Array | null;
  readonly failures: CellFailure[];
  readonly maxValueBytes: number;
}

type Varlen = Extract<ColumnBody, { layout: "varlen" }>;

export function convertVarlen(type: LogicalType, rows: VarlenRows): ColumnBody {
  const body = spreadOffsets(rows);
  noteOversize(rows);
  if (type.kind === "text" || type.kind === "json") checkText(body, rows);
  if (type.kind === "json") checkJson(body, rows);
  return type.kind === "decimal" ? decimalRows(type, body, rows) : body;
}

/** Null rows have length 0. */
function spreadOffsets({ dense, rowCount, validity }: VarlenRows): Varlen {
  if (validity === null)
    return { layout: "varlen", offsets: dense.offsets.subarray(0, rowCount + 1), bytes: dense.bytes };
  const { offsets } = dense;
  let from = dense.count;
  for (let row = rowCount; row > 0; row -= 1) {
    offsets[row] = offsets[from] ?? 0;
    if (bitOf(validity, row - 1)) from -= 1;
  }
  return { layout: "varlen", offsets: offsets.subarray(0, rowCount + 1), bytes: dense.bytes };
}

function noteOversize({ dense, rowCount, validity, failures, maxValueBytes }: VarlenRows): void {
  if (dense.oversize.length === 0) return;
  const rowOf: number[] = [];
  for (let row = 0; row < rowCount; row += 1) if (validity === null || bitOf(validity, row)) rowOf.push(row);
  for (const { at, bytes } of dense.oversize) {
    const message = `a value of ${bytes} bytes is larger than maxValueBytes (${maxValueBytes})`;
    failures.push({ row: rowOf[at] ?? 0, rule: "too_large", message });
  }
}

/**
 * All values in one check: bytes that are UTF-8 as a whole are so value by value, unless a value begins in the middle of
 * a character.
 */
function checkText({ offsets, bytes }: Varlen, { rowCount, failures }: VarlenRows): void {
  const all = bytes.subarray(offsets[0], offsets[rowCount]);
  if (isUtf8(all) && !someStartsInside(offsets, bytes, rowCount)) return;
  for (let row = 0; row < rowCount; row += 1) {
    if (!isUtf8(bytes.subarray(offsets[row], offsets[row + 1])))
      failures.push({ row, rule: "encoding", message: "not UTF-8" });
  }
}

function someStartsInside(offsets: Int32Array, bytes: Uint8Array, rowCount: number): boolean {
  for (let row = 0; row < rowCount; row += 1) {
    const start = offsets[row] ?? 0;
    if (start < (offsets[row + 1] ?? 0) && ((bytes[start] ?? 0) & 0xc0) === 0x80) return true;
  }
  return false;
}

function checkJson({ offsets, bytes }: Varlen, { rowCount, validity, failures }: VarlenRows): void {
  const refused = new Set(failures.map((failure) => failure.row));
  for (let row = 0; row < rowCount; row += 1) {
    if (refused.has(row) || (validity !== null && !bitOf(validity, row))) continue;
    const end = offsets[row + 1] ?? 0;
    const after = scanJsonValue(bytes, skipJsonBlanks(bytes, offsets[row] ?? 0, end), end);
    if (after < 0 || skipJsonBlanks(bytes, after, end) !== end)
      failures.push({ row, rule: "type", message: "not one JSON value" });
  }
}

function decimalRows(type: LogicalType, { offsets, bytes }: Varlen, { rowCount }: VarlenRows): ColumnBody {
  const out = new DecimalRows(physicalOf(type), rowCount);
  for (let row = 0; row < rowCount; row += 1)
    out.setBigEndian(row, bytes, { start: offsets[row] ?? 0, end: offsets[row + 1] ?? 0 });
  return { layout: "fixed", values: out.view(rowCount) };
}
