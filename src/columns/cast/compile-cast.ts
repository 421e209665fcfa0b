/**
 * Chooses the kernel for a pair of types. Text casts to everything, everything casts to text; numbers among themselves,
 * dates and times among themselves, bool to and from integers. There is no other pair: CORE_NO_CAST.
 */
import { assert, TidemarkError } from "../../core/errors.ts";
import { type ColumnBuilder, createColumnBuilder } from "../build/column-builder.ts";
import type { Column } from "../column-batch.ts";
import { equalTypes, formatLogicalType, type LogicalType } from "../logical-type.ts";
import { renderValue } from "../render-value.ts";
import { type CastKernel, type RowCast, rowKernel, textKernel, type TextParser } from "./cast-kernel.ts";
import {
  decimalToFloat,
  exactToDecimal,
  exactToInt,
  floatToDecimal,
  floatToFloat,
  floatToInt,
  intToFloat,
  onFixed,
} from "./exact-number-casts.ts";
import { dateToTimestamp, timestampToDate, unitCast } from "./temporal-casts.ts";
import { decimalParser } from "./text-to-decimal.ts";
import { floatParser } from "./text-to-float.ts";
import { intParser } from "./text-to-int.ts";
import { boolParser, hexParser, jsonParser, uuidParser } from "./text-to-simple.ts";
import { dateParser, timeParser, timestampParser } from "./text-to-temporal.ts";

export type { CastKernel, CastResult, CastRule } from "./cast-kernel.ts";

const CAPACITY = 4096;

/** Throws CORE_NO_CAST for a pair that has no meaning. Each kernel has its own output buffers: one per column in use. */
export function compileCast(from: LogicalType, to: LogicalType): CastKernel {
  if (equalTypes(from, to)) return (column) => ({ column, failures: [] });
  if (from.kind === "json" && to.kind === "text") return relabel(to);
  const builder = createColumnBuilder(to, CAPACITY);
  if (from.kind === "text") return textKernel(builder, textParser(to, builder));
  if (to.kind === "text") return toTextKernel(builder);
  const cast = rowCast(from, to, builder);
  if (cast !== undefined) return rowKernel(builder, cast);
  throw new TidemarkError("CORE_NO_CAST", { from: formatLogicalType(from), to: formatLogicalType(to) });
}

function relabel(type: LogicalType): CastKernel {
  return (column: Column) => ({ column: { ...column, type }, failures: [] });
}

function textParser(to: LogicalType, builder: ColumnBuilder): TextParser {
  switch (to.kind) {
    case "int":
      assert(builder.kind === "int" || builder.kind === "bigint", "integers have integer builders");
      return intParser(to, builder);
    case "float":
      assert(builder.kind === "float", "floats have float builders");
      return floatParser(to.bits, builder);
    case "decimal":
      return decimalParser(to, builder);
    case "bool":
      assert(builder.kind === "bits", "bools have bit builders");
      return boolParser(builder);
    case "uuid":
      assert(builder.kind === "fixed16", "uuids have 16 bytes");
      return uuidParser(builder);
    case "date":
      assert(builder.kind === "int", "dates are int32");
      return dateParser(builder);
    case "time":
      assert(builder.kind === "bigint", "times are int64");
      return timeParser(to.unit, builder);
    case "timestamp":
      assert(builder.kind === "bigint", "timestamps are int64");
      return timestampParser(to, builder);
    case "bytes":
      assert(builder.kind === "varlen", "bytes are of any length");
      return hexParser(builder);
    case "json":
      assert(builder.kind === "varlen", "json is of any length");
      return jsonParser(builder);
    case "text":
      assert(false, "text to text is no cast");
  }
}

function toTextKernel(builder: ColumnBuilder): CastKernel {
  assert(builder.kind === "varlen", "text is of any length");
  return rowKernel(builder, (column, row) => {
    builder.appendAscii(renderValue(column, row) ?? "");
    return null;
  });
}

function rowCast(from: LogicalType, to: LogicalType, builder: ColumnBuilder): RowCast | undefined {
  if (from.kind === "int" || from.kind === "decimal") return exactCast(from, to, builder);
  if (from.kind === "float") return floatCast(from.bits, to, builder);
  if (from.kind === "bool" && to.kind === "int") return boolToInt(builder);
  return temporalCast(from, to, builder);
}

function exactCast(
  from: Extract<LogicalType, { kind: "int" | "decimal" }>,
  to: LogicalType,
  builder: ColumnBuilder,
): RowCast | undefined {
  if (to.kind === "int" && (builder.kind === "int" || builder.kind === "bigint"))
    return exactToInt(from, to, builder);
  if (to.kind === "decimal") return exactToDecimal(from, to, builder);
  if (to.kind === "float" && builder.kind === "float")
    return from.kind === "int" ? intToFloat(to.bits, builder) : decimalToFloat(from, to.bits, builder);
  if (to.kind === "bool" && from.kind === "int") return intToBool(builder);
  return undefined;
}

function floatCast(bits: 32 | 64, to: LogicalType, builder: ColumnBuilder): RowCast | undefined {
  if (to.kind === "int" && (builder.kind === "int" || builder.kind === "bigint"))
    return floatToInt(to, builder);
  if (to.kind === "decimal") return floatToDecimal(bits, to, builder);
  if (to.kind === "float" && builder.kind === "float") return floatToFloat(to.bits, builder);
  return undefined;
}

function temporalCast(from: LogicalType, to: LogicalType, builder: ColumnBuilder): RowCast | undefined {
  if (from.kind === "timestamp" && to.kind === "date" && builder.kind === "int")
    return timestampToDate(from.unit, builder);
  if (builder.kind !== "bigint") return undefined;
  if (from.kind === "date" && to.kind === "timestamp") return dateToTimestamp(to.unit, builder);
  if (from.kind === "time" && to.kind === "time") return unitCast(from.unit, to.unit, builder);
  if (from.kind === "timestamp" && to.kind === "timestamp") return unitCast(from.unit, to.unit, builder);
  return undefined;
}

function boolToInt(builder: ColumnBuilder): RowCast | undefined {
  if (builder.kind !== "int" && builder.kind !== "bigint") return undefined;
  return (column, row) => {
    if (column.layout === "bits") builder.appendInt(((column.values[row >> 3] ?? 0) >> (row & 7)) & 1);
    return null;
  };
}

function intToBool(builder: ColumnBuilder): RowCast | undefined {
  if (builder.kind !== "bits") return undefined;
  return onFixed((column, row) => {
    const value = Number(column.values[row]);
    if (value !== 0 && value !== 1) return { rule: "range", message: "only 0 and 1 are bools" };
    builder.appendBool(value === 1);
    return null;
  });
}
