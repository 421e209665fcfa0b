/**
 * What a column of a Parquet file is to us: its field, and how its stored values become the field's. The newer logical
 * type wins over the older converted type; a physical type without either stands for itself. Nested columns, intervals
 * and decimals of more than 38 digits are refused by name.
 */
import type { SchemaElement } from "hyparquet";
import type { Field } from "../../../columns/column-batch.ts";
import type { LogicalType, TimeUnit } from "../../../columns/logical-type.ts";
import { TidemarkError } from "../../../core/errors.ts";

export interface ParquetColumn {
  readonly field: Field;
  readonly index: number;
  readonly physical: NonNullable<SchemaElement["type"]>;
  /** bytes of one dense value; 0 for BYTE_ARRAY */
  readonly width: number;
  /** 16-bit floats have no logical type of their own: they are read as float32 */
  readonly isHalfFloat: boolean;
  /** BYTE_ARRAY that nothing is said about: old writers store text so */
  readonly isUnannotated: boolean;
  /** for people */
  readonly nativeType: string;
}

const WIDTHS: Readonly<Record<ParquetColumn["physical"], number>> = {
  BOOLEAN: 1,
  INT32: 4,
  INT64: 8,
  INT96: 12,
  FLOAT: 4,
  DOUBLE: 8,
  BYTE_ARRAY: 0,
  FIXED_LEN_BYTE_ARRAY: 0,
};
const UNITS: Readonly<Record<string, TimeUnit>> = { MILLIS: "ms", MICROS: "us", NANOS: "ns" };

/** Columns of a flat schema, in file order; `schema` begins with the root element. */
export function parquetColumns(schema: readonly SchemaElement[], file: string): readonly ParquetColumn[] {
  const elements = schema.slice(1);
  const names = new Set<string>();
  for (const { name } of elements) {
    if (names.has(name))
      throw new TidemarkError("FORMAT_UNSUPPORTED", { file, reason: `column ${name} is there twice` });
    names.add(name);
  }
  return elements.map((element, index) => parquetColumn(element, index, file));
}

function parquetColumn(element: SchemaElement, index: number, file: string): ParquetColumn {
  const refuse = (what: string): TidemarkError =>
    new TidemarkError("FORMAT_UNSUPPORTED", { file, reason: `column ${element.name} ${what}` });
  const physical = element.type;
  if (physical === undefined || element.repetition_type === "REPEATED" || (element.num_children ?? 0) > 0)
    throw refuse(
      "is nested (list, map or struct); leave it out where the file is made, or store it as JSON text",
    );
  const width = physical === "FIXED_LEN_BYTE_ARRAY" ? (element.type_length ?? 0) : WIDTHS[physical];
  if (physical === "FIXED_LEN_BYTE_ARRAY" && (width < 1 || width > 1_048_576))
    throw refuse(`has a width of ${width}`);
  const type = logicalTypeOf(element);
  if (typeof type === "string") throw refuse(type);
  const isUnannotated =
    physical === "BYTE_ARRAY" && element.logical_type === undefined && element.converted_type === undefined;
  return {
    field: { name: element.name, type, nullable: element.repetition_type !== "REQUIRED" },
    index,
    physical,
    width,
    isHalfFloat: element.logical_type?.type === "FLOAT16" && width === 2,
    isUnannotated,
    nativeType: nativeTypeOf(element),
  };
}

function nativeTypeOf({ type, type_length, logical_type, converted_type }: SchemaElement): string {
  const physical = type === "FIXED_LEN_BYTE_ARRAY" ? `${type}(${type_length ?? 0})` : (type ?? "");
  const annotation = logical_type?.type ?? converted_type;
  return annotation === undefined ? physical : `${physical} ${annotation}`;
}

/** A string says why there is none. */
function logicalTypeOf(element: SchemaElement): LogicalType | string {
  const { type: physical, logical_type: logical } = element;
  const decimal = decimalOf(element);
  if (decimal !== undefined) return decimal;
  switch (logical?.type) {
    case "STRING":
    case "ENUM":
      return physical === "BYTE_ARRAY" ? { kind: "text" } : plainType(element);
    case "JSON":
      return physical === "BYTE_ARRAY" ? { kind: "json" } : plainType(element);
    case "UUID":
      return element.type_length === 16 ? { kind: "uuid" } : plainType(element);
    case "DATE":
      return physical === "INT32" ? { kind: "date" } : plainType(element);
    case "TIME":
      return temporal(physical, logical.unit, (unit) => ({ kind: "time", unit })) ?? plainType(element);
    case "TIMESTAMP": {
      const utc = logical.isAdjustedToUTC;
      return physical === "INT64"
        ? { kind: "timestamp", unit: UNITS[logical.unit] ?? "us", utc }
        : plainType(element);
    }
    case "INTEGER":
      return intType(physical, logical.bitWidth, logical.isSigned) ?? plainType(element);
    case "FLOAT16":
      return element.type_length === 2 ? { kind: "float", bits: 32 } : plainType(element);
    case "INTERVAL":
      return "is an interval, which has no logical type here";
    case "VARIANT":
    case "GEOMETRY":
    case "GEOGRAPHY":
      return `is of type ${logical.type}, which is not supported`;
    case "MAP":
    case "LIST":
    case "NULL":
    case "BSON":
    case "DECIMAL":
    case undefined:
      return convertedType(element);
  }
}

function temporal(
  physical: SchemaElement["type"],
  unit: string,
  make: (unit: TimeUnit) => LogicalType,
): LogicalType | undefined {
  return physical === (unit === "MILLIS" ? "INT32" : "INT64") ? make(UNITS[unit] ?? "us") : undefined;
}

/** The older annotations, whose times and timestamps are in UTC. */
function convertedType(element: SchemaElement): LogicalType | string {
  const { type: physical } = element;
  const converted: string = element.converted_type ?? "";
  const int = /^(U?)INT_(8|16|32|64)$/.exec(converted ?? "");
  if (int !== null) return intType(physical, Number(int[2]), int[1] === "") ?? plainType(element);
  switch (converted) {
    case "UTF8":
    case "ENUM":
      return physical === "BYTE_ARRAY" ? { kind: "text" } : plainType(element);
    case "JSON":
      return physical === "BYTE_ARRAY" ? { kind: "json" } : plainType(element);
    case "DATE":
      return physical === "INT32" ? { kind: "date" } : plainType(element);
    case "TIME_MILLIS":
      return physical === "INT32" ? { kind: "time", unit: "ms" } : plainType(element);
    case "TIME_MICROS":
      return physical === "INT64" ? { kind: "time", unit: "us" } : plainType(element);
    case "TIMESTAMP_MILLIS":
      return physical === "INT64" ? { kind: "timestamp", unit: "ms", utc: true } : plainType(element);
    case "TIMESTAMP_MICROS":
      return physical === "INT64" ? { kind: "timestamp", unit: "us", utc: true } : plainType(element);
    case "INTERVAL":
      return "is an interval, which has no logical type here";
    default:
      return plainType(element);
  }
}

function plainType(element: SchemaElement): LogicalType {
  const physical: string = element.type ?? "";
  switch (physical) {
    case "BOOLEAN":
      return { kind: "bool" };
    case "INT32":
      return { kind: "int", bits: 32, signed: true };
    case "INT64":
      return { kind: "int", bits: 64, signed: true };
    case "INT96":
      return { kind: "timestamp", unit: "ns", utc: false };
    case "FLOAT":
      return { kind: "float", bits: 32 };
    case "DOUBLE":
      return { kind: "float", bits: 64 };
    default:
      return { kind: "bytes" };
  }
}

function decimalOf({
  logical_type: logical,
  converted_type,
  precision,
  scale,
}: SchemaElement): LogicalType | string | undefined {
  const given =
    logical?.type === "DECIMAL"
      ? { precision: logical.precision, scale: logical.scale }
      : converted_type === "DECIMAL" && logical === undefined
        ? { precision: precision ?? 0, scale: scale ?? 0 }
        : undefined;
  if (given === undefined) return undefined;
  const { precision: digits, scale: places } = given;
  if (digits < 1 || digits > 38 || places < 0 || places > digits)
    return `is a decimal(${digits},${places}); at most 38 digits are supported`;
  return { kind: "decimal", precision: digits, scale: places };
}

function intType(physical: SchemaElement["type"], bits: number, signed: boolean): LogicalType | undefined {
  if (bits === 64) return physical === "INT64" ? { kind: "int", bits, signed } : undefined;
  if (bits !== 8 && bits !== 16 && bits !== 32) return undefined;
  return physical === "INT32" ? { kind: "int", bits, signed } : undefined;
}
