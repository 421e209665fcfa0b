/**
 * Dense stored values, spread to rows, into the values of a column: as they are where the layouts agree (a view, no
 * copy), else by the one conversion the type needs. Dates, times and timestamps outside what Tidemark holds, and INT96
 * beyond 64-bit nanoseconds, are refused row by row (rule `range`); a decimal that overflows its own type is corruption.
 */
import { writeInt128 } from "../../../columns/build/int128.ts";
import { DAYS_MAX, DAYS_MIN } from "../../../columns/civil-date.ts";
import { allocateFixed, type FixedValues, physicalOf } from "../../../columns/column-batch.ts";
import type { LogicalType } from "../../../columns/logical-type.ts";
import { UNITS_PER_DAY } from "../../../columns/render-value.ts";
import type { DenseValues } from "./fixed-decoders.ts";
import { pageFault } from "./page-fault.ts";
import type { ParquetColumn } from "./parquet-column.ts";

export interface CellFailure {
  readonly row: number;
  readonly rule: string;
  readonly message: string;
}

export type ColumnBody =
  | { readonly layout: "fixed"; readonly values: FixedValues }
  | { readonly layout: "bits"; readonly values: Uint8Array }
  | { readonly layout: "varlen"; readonly offsets: Int32Array; readonly bytes: Uint8Array };

export interface StoredRows {
  readonly dense: DenseValues;
  readonly rowCount: number;
  /** null rows hold zero bytes */
  readonly validity: Uint8Array | null;
  readonly failures: CellFailure[];
}

export type FixedConverter = (rows: StoredRows) => ColumnBody;

/** `capacity` rows at most are ever converted at once. */
export function fixedConverter(column: ParquetColumn, capacity: number): FixedConverter {
  const { type } = column.field;
  switch (type.kind) {
    case "bool":
      return packBits(capacity);
    case "int":
      return type.bits < 32 ? narrow(type, capacity) : asViewOf(type);
    case "float":
      return column.isHalfFloat ? halfFloats(capacity) : asViewOf(type);
    case "decimal":
      return decimals(column, type, capacity);
    case "date":
      return checked(asViewOf(type), checkDays);
    case "time":
      return timeConverter(column, type, capacity);
    case "timestamp":
      if (column.physical === "INT96") return int96(capacity);
      return type.unit === "ns" ? asViewOf(type) : checked(asViewOf(type), checkInstants(type.unit));
    case "uuid":
      return ({ dense, rowCount }) => ({ layout: "fixed", values: dense.bytes.subarray(0, rowCount * 16) });
    case "bytes":
    case "text":
    case "json":
      return fixedBytes(capacity);
  }
}

/** The stored bytes are the values. */
function asViewOf(type: LogicalType): FixedConverter {
  const physical = physicalOf(type);
  return ({ dense, rowCount }) => ({
    layout: "fixed",
    values: viewAs(physical, dense.bytes.buffer, rowCount),
  });
}

function viewAs(physical: string, buffer: ArrayBufferLike, rowCount: number): FixedValues {
  switch (physical) {
    case "i32":
      return new Int32Array(buffer, 0, rowCount);
    case "u32":
      return new Uint32Array(buffer, 0, rowCount);
    case "i64":
      return new BigInt64Array(buffer, 0, rowCount);
    case "u64":
      return new BigUint64Array(buffer, 0, rowCount);
    case "f32":
      return new Float32Array(buffer, 0, rowCount);
    case "f64":
      return new Float64Array(buffer, 0, rowCount);
    default:
      throw pageFault(`no view of ${physical}`);
  }
}

function narrow(type: LogicalType, capacity: number): FixedConverter {
  const out = allocateFixed(physicalOf(type), capacity);
  return ({ dense, rowCount }) => {
    const into = out as Int8Array;
    for (let row = 0; row < rowCount; row += 1) {
      const value = dense.words[row] ?? 0;
      into[row] = value;
      if (into[row] !== value) throw pageFault("an integer outside its declared width");
    }
    return { layout: "fixed", values: into.subarray(0, rowCount) };
  };
}

function packBits(capacity: number): FixedConverter {
  const bits = new Uint8Array((capacity + 7) >> 3);
  return ({ dense, rowCount }) => {
    const byteCount = (rowCount + 7) >> 3;
    bits.fill(0, 0, byteCount);
    for (let row = 0; row < rowCount; row += 1)
      bits[row >> 3] = (bits[row >> 3] ?? 0) | ((dense.bytes[row] ?? 0) << (row & 7));
    return { layout: "bits", values: bits.subarray(0, byteCount) };
  };
}

function halfFloats(capacity: number): FixedConverter {
  const out = new Float32Array(capacity);
  return ({ dense, rowCount }) => {
    for (let row = 0; row < rowCount; row += 1)
      out[row] = halfToSingle((dense.bytes[row * 2] ?? 0) | ((dense.bytes[row * 2 + 1] ?? 0) << 8));
    return { layout: "fixed", values: out.subarray(0, rowCount) };
  };
}

function halfToSingle(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function fixedBytes(capacity: number): FixedConverter {
  const offsets = new Int32Array(capacity + 1);
  return ({ dense, rowCount, validity }) => {
    const { width, bytes } = dense;
    if (validity === null) {
      for (let row = 0; row <= rowCount; row += 1) offsets[row] = row * width;
      return { layout: "varlen", offsets: offsets.subarray(0, rowCount + 1), bytes };
    }
    const packed = new Uint8Array(rowCount * width);
    let used = 0;
    for (let row = 0; row < rowCount; row += 1) {
      offsets[row] = used;
      if (!bitOf(validity, row)) continue;
      packed.set(bytes.subarray(row * width, (row + 1) * width), used);
      used += width;
    }
    offsets[rowCount] = used;
    return { layout: "varlen", offsets: offsets.subarray(0, rowCount + 1), bytes: packed };
  };
}

function decimals(
  column: ParquetColumn,
  type: Extract<LogicalType, { kind: "decimal" }>,
  capacity: number,
): FixedConverter {
  const physical = physicalOf(type);
  const stored = column.physical;
  if ((stored === "INT32" && physical === "i32") || (stored === "INT64" && physical === "i64"))
    return asViewOf(type);
  const out = new DecimalRows(physical, capacity);
  return ({ dense, rowCount }) => {
    for (let row = 0; row < rowCount; row += 1) {
      if (stored === "INT32") out.setInt(row, BigInt(dense.words[row] ?? 0));
      else if (stored === "INT64") out.setInt(row, readInt64(dense.words, row));
      else out.setBigEndian(row, dense.bytes, { start: row * dense.width, end: (row + 1) * dense.width });
    }
    return { layout: "fixed", values: out.view(rowCount) };
  };
}

/** Decimals at the width their precision asks for, set row by row. */
export class DecimalRows {
  readonly #bytes: Uint8Array;
  readonly #physical: string;
  readonly #width: number;
  readonly #scratch = new Uint8Array(16);

  constructor(physical: string, capacity: number) {
    this.#physical = physical;
    this.#width = physical === "i32" ? 4 : physical === "i64" ? 8 : 16;
    this.#bytes = new Uint8Array(capacity * this.#width);
  }

  setInt(row: number, value: bigint): void {
    writeInt128(this.#scratch, 0, value);
    this.#store(row);
  }

  /** Two's complement, most significant byte first, of any length; empty is 0. */
  setBigEndian(
    row: number,
    bytes: Uint8Array,
    { start, end }: { readonly start: number; readonly end: number },
  ): void {
    const sign = end > start && (bytes[start] ?? 0) >= 0x80 ? 0xff : 0;
    for (let index = 0; index < 16; index += 1)
      this.#scratch[index] = index < end - start ? (bytes[end - 1 - index] ?? 0) : sign;
    for (let at = start; at < end - 16; at += 1) if (bytes[at] !== sign) throw overflow();
    if (end - start > 16 && (this.#scratch[15] ?? 0) >= 0x80 !== (sign === 0xff)) throw overflow();
    this.#store(row);
  }

  view(rowCount: number): FixedValues {
    if (this.#width === 16) return this.#bytes.subarray(0, rowCount * 16);
    return viewAs(this.#physical, this.#bytes.buffer, rowCount);
  }

  #store(row: number): void {
    const width = this.#width;
    const sign = (this.#scratch[width - 1] ?? 0) >= 0x80 ? 0xff : 0;
    const at = row * width;
    for (let index = 0; index < width; index += 1) this.#bytes[at + index] = this.#scratch[index] ?? 0;
    for (let index = width; index < 16; index += 1) if (this.#scratch[index] !== sign) throw overflow();
  }
}

function overflow(): Error {
  return pageFault("a decimal with more digits than its type");
}

function readInt64(words: Int32Array, row: number): bigint {
  return (BigInt(words[row * 2 + 1] ?? 0) << 32n) | BigInt((words[row * 2] ?? 0) >>> 0);
}

function timeConverter(
  column: ParquetColumn,
  type: Extract<LogicalType, { kind: "time" }>,
  capacity: number,
): FixedConverter {
  const check = checkWords({ min: 0n, max: UNITS_PER_DAY[type.unit] - 1n, message: "not a time of day" });
  return checked(column.physical === "INT32" ? widen(capacity) : asViewOf(type), check);
}

function widen(capacity: number): FixedConverter {
  const out = new Int32Array(capacity * 2);
  const values = new BigInt64Array(out.buffer);
  return ({ dense, rowCount }) => {
    for (let row = 0; row < rowCount; row += 1) {
      const value = dense.words[row] ?? 0;
      out[row * 2] = value;
      out[row * 2 + 1] = value >> 31;
    }
    return { layout: "fixed", values: values.subarray(0, rowCount) };
  };
}

type RangeCheck = (values: FixedValues, failures: CellFailure[]) => void;

function checked(convert: FixedConverter, check: RangeCheck): FixedConverter {
  return (rows) => {
    const body = convert(rows);
    if (body.layout === "fixed") check(body.values, rows.failures);
    return body;
  };
}

const DATE_MESSAGE = "not a date of 0001-01-01 to 9999-12-31";

function checkDays(values: FixedValues, failures: CellFailure[]): void {
  for (let row = 0; row < values.length; row += 1) {
    const days = Number(values[row]);
    if (days < DAYS_MIN || days > DAYS_MAX) failures.push({ row, rule: "range", message: DATE_MESSAGE });
  }
}

function checkInstants(unit: "ms" | "us"): RangeCheck {
  const dayUnits = UNITS_PER_DAY[unit];
  return checkWords({
    min: BigInt(DAYS_MIN) * dayUnits,
    max: BigInt(DAYS_MAX + 1) * dayUnits - 1n,
    message: DATE_MESSAGE,
  });
}

/** Looks at the high halves; only a value near a bound is compared in full. */
function checkWords(range: {
  readonly min: bigint;
  readonly max: bigint;
  readonly message: string;
}): RangeCheck {
  const { min, max, message } = range;
  const highMin = Number(min >> 32n);
  const highMax = Number(max >> 32n);
  return (values, failures) => {
    const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
    for (let row = 0; row < values.length; row += 1) {
      const high = words[row * 2 + 1] ?? 0;
      if (high > highMin && high < highMax) continue;
      const value = BigInt(values[row] ?? 0);
      if (value < min || value > max) failures.push({ row, rule: "range", message });
    }
  };
}

const JULIAN_EPOCH = 2_440_588n;
const INT64_MAX = (1n << 63n) - 1n;

/** Nanoseconds of the day and the Julian day: what Impala, Hive and old Spark wrote. */
function int96(capacity: number): FixedConverter {
  const out = new BigInt64Array(capacity);
  return ({ dense, rowCount, validity, failures }) => {
    const view = new DataView(dense.bytes.buffer);
    for (let row = 0; row < rowCount; row += 1) {
      out[row] = 0n;
      if (validity !== null && !bitOf(validity, row)) continue;
      const days = BigInt(view.getUint32(row * 12 + 8, true)) - JULIAN_EPOCH;
      const value = days * UNITS_PER_DAY.ns + view.getBigInt64(row * 12, true);
      if (value > INT64_MAX || value < -INT64_MAX - 1n)
        failures.push({
          row,
          rule: "range",
          message: "outside 1677-09-21 to 2262-04-11, all a timestamp(ns) holds",
        });
      else out[row] = value;
    }
    return { layout: "fixed", values: out.subarray(0, rowCount) };
  };
}

export function bitOf(bits: Uint8Array, row: number): boolean {
  return ((bits[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
}
