/**
 * ColumnBatch: a slice of a table as typed columns in the Arrow memory layout; the currency of the data plane.
 *
 * - validity: bitmap, least significant bit first, 1 = valid; `null` when the column has no null in this batch.
 * - layout "fixed": one little-endian value a row in `values` (a null row holds any value, zero by convention).
 *     int 8..64, float, date (int32 days since 1970-01-01), time and timestamp (int64 of their unit),
 *     decimal: precision <= 9 int32, <= 18 int64, else 16 bytes little-endian two's complement; uuid: 16 bytes as written.
 *     16-byte values live in a Uint8Array of rowCount * 16 bytes.
 * - layout "bits": bool, one bit a row, as the validity bitmap.
 * - layout "varlen": `offsets` (rowCount + 1, int32, offsets[0] may be > 0) into `bytes`; a null row has length 0.
 *     text and json are UTF-8.
 *
 * Batches are read-only to whoever receives them, and are only valid until the next batch is asked for: buffers are reused.
 */
import { assert } from "../core/errors.ts";
import type { LogicalType } from "./logical-type.ts";

export interface Field {
  readonly name: string;
  readonly type: LogicalType;
  readonly nullable: boolean;
}

export type FixedValues =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

interface ColumnBase {
  readonly type: LogicalType;
  readonly rowCount: number;
  /** null when nullCount is 0 */
  readonly validity: Uint8Array | null;
  readonly nullCount: number;
}

export interface FixedColumn extends ColumnBase {
  readonly layout: "fixed";
  readonly values: FixedValues;
}

export interface BitsColumn extends ColumnBase {
  readonly layout: "bits";
  readonly values: Uint8Array;
}

export interface VarlenColumn extends ColumnBase {
  readonly layout: "varlen";
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}

export type Column = FixedColumn | BitsColumn | VarlenColumn;

export interface ColumnBatch {
  readonly fields: readonly Field[];
  readonly columns: readonly Column[];
  readonly rowCount: number;
}

/** How a logical type is held in memory. */
export type Physical =
  | "bits"
  | "i8"
  | "u8"
  | "i16"
  | "u16"
  | "i32"
  | "u32"
  | "i64"
  | "u64"
  | "f32"
  | "f64"
  | "fixed16"
  | "varlen";

export function physicalOf(type: LogicalType): Physical {
  switch (type.kind) {
    case "bool":
      return "bits";
    case "int":
      return `${type.signed ? "i" : "u"}${type.bits}`;
    case "float":
      return `f${type.bits}`;
    case "decimal":
      return type.precision <= 9 ? "i32" : type.precision <= 18 ? "i64" : "fixed16";
    case "uuid":
      return "fixed16";
    case "date":
      return "i32";
    case "time":
    case "timestamp":
      return "i64";
    case "text":
    case "json":
    case "bytes":
      return "varlen";
  }
}

/** Bytes of one value of a fixed physical type; 0 for bits and varlen. */
export function widthOf(physical: Physical): number {
  return PHYSICAL_WIDTH[physical];
}

const PHYSICAL_WIDTH: Readonly<Record<Physical, number>> = {
  bits: 0,
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  i64: 8,
  u64: 8,
  f32: 4,
  f64: 8,
  fixed16: 16,
  varlen: 0,
};

/** A zeroed value buffer for `rowCount` values of a fixed physical type. */
export function allocateFixed(physical: Physical, rowCount: number): FixedValues {
  switch (physical) {
    case "i8":
      return new Int8Array(rowCount);
    case "u8":
      return new Uint8Array(rowCount);
    case "i16":
      return new Int16Array(rowCount);
    case "u16":
      return new Uint16Array(rowCount);
    case "i32":
      return new Int32Array(rowCount);
    case "u32":
      return new Uint32Array(rowCount);
    case "i64":
      return new BigInt64Array(rowCount);
    case "u64":
      return new BigUint64Array(rowCount);
    case "f32":
      return new Float32Array(rowCount);
    case "f64":
      return new Float64Array(rowCount);
    case "fixed16":
      return new Uint8Array(rowCount * 16);
    case "bits":
    case "varlen":
      assert(false, `physical type ${physical} has no fixed values`);
  }
}

export function isValid(column: Column, row: number): boolean {
  return column.validity === null || ((column.validity[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
}

/** Assembles a batch and checks that the columns agree in length. */
export function columnBatch(fields: readonly Field[], columns: readonly Column[]): ColumnBatch {
  const rowCount = columns[0]?.rowCount ?? 0;
  assert(fields.length === columns.length, "a batch has one column per field");
  assert(
    columns.every((column) => column.rowCount === rowCount),
    "columns of a batch are equally long",
  );
  return { fields, columns, rowCount };
}
