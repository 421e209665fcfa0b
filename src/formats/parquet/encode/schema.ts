/**
 * How fields become Parquet columns: physical type, order of values for statistics, and the schema elements of the
 * footer with logical and (where one means the same) converted types. Flat schemas; LIST and STRUCT have no place yet.
 */
import type { Field } from "../../../columns/column-batch.ts";
import type { LogicalType, TimeUnit } from "../../../columns/logical-type.ts";
import type { ThriftWriter } from "./thrift-writer.ts";

export type PhysicalType =
  | "BOOLEAN"
  | "INT32"
  | "INT64"
  | "FLOAT"
  | "DOUBLE"
  | "BYTE_ARRAY"
  | "FIXED_LEN_BYTE_ARRAY";

export interface ParquetColumn {
  readonly field: Field;
  readonly physical: PhysicalType;
  /** bytes of one value in a page; 0 for BOOLEAN and BYTE_ARRAY */
  readonly valueBytes: 0 | 4 | 8 | 16;
  /** whether the most significant bit counts as a sign where values are ordered */
  readonly signed: boolean;
}

export const PHYSICAL_CODE: Readonly<Record<PhysicalType, number>> = {
  BOOLEAN: 0,
  INT32: 1,
  INT64: 2,
  FLOAT: 4,
  DOUBLE: 5,
  BYTE_ARRAY: 6,
  FIXED_LEN_BYTE_ARRAY: 7,
};

const VALUE_BYTES: Readonly<Record<PhysicalType, 0 | 4 | 8 | 16>> = {
  BOOLEAN: 0,
  INT32: 4,
  INT64: 8,
  FLOAT: 4,
  DOUBLE: 8,
  BYTE_ARRAY: 0,
  FIXED_LEN_BYTE_ARRAY: 16,
};

export function parquetColumnOf(field: Field): ParquetColumn {
  const physical = physicalTypeOf(field.type);
  const { kind } = field.type;
  const signed = field.type.kind === "int" ? field.type.signed : kind !== "uuid" && physical !== "BYTE_ARRAY";
  return { field, physical, valueBytes: VALUE_BYTES[physical], signed };
}

function physicalTypeOf(type: LogicalType): PhysicalType {
  switch (type.kind) {
    case "bool":
      return "BOOLEAN";
    case "int":
      return type.bits === 64 ? "INT64" : "INT32";
    case "float":
      return type.bits === 64 ? "DOUBLE" : "FLOAT";
    case "decimal":
      return type.precision <= 9 ? "INT32" : type.precision <= 18 ? "INT64" : "FIXED_LEN_BYTE_ARRAY";
    case "date":
      return "INT32";
    case "time":
      return type.unit === "ms" ? "INT32" : "INT64";
    case "timestamp":
      return "INT64";
    case "uuid":
      return "FIXED_LEN_BYTE_ARRAY";
    case "text":
    case "json":
    case "bytes":
      return "BYTE_ARRAY";
  }
}

/** Writes the list of schema elements: the root, then the columns. */
export function writeSchema(thrift: ThriftWriter, field: number, columns: readonly ParquetColumn[]): void {
  thrift.structList(field, [undefined, ...columns], (column) => {
    if (column === undefined) {
      thrift.string(4, "schema");
      thrift.i32(5, columns.length);
    } else writeSchemaElement(thrift, column);
  });
}

function writeSchemaElement(thrift: ThriftWriter, { field, physical, valueBytes }: ParquetColumn): void {
  const { type } = field;
  thrift.i32(1, PHYSICAL_CODE[physical]);
  if (physical === "FIXED_LEN_BYTE_ARRAY") thrift.i32(2, valueBytes);
  thrift.i32(3, field.nullable ? 1 : 0);
  thrift.string(4, field.name);
  const converted = convertedTypeOf(type);
  if (converted !== undefined) thrift.i32(6, converted);
  if (type.kind === "decimal") {
    thrift.i32(7, type.scale);
    thrift.i32(8, type.precision);
  }
  if (type.kind !== "bool" && type.kind !== "float" && type.kind !== "bytes")
    thrift.struct(10, () => writeLogicalType(thrift, type));
}

/** The older annotation; undefined where none says exactly the same (naive times, nanoseconds, uuid). */
function convertedTypeOf(type: LogicalType): number | undefined {
  switch (type.kind) {
    case "text":
      return 0;
    case "json":
      return 19;
    case "decimal":
      return 5;
    case "date":
      return 6;
    case "timestamp":
      return type.utc ? { ms: 9, us: 10, ns: undefined }[type.unit] : undefined;
    case "int":
      return (type.signed ? 15 : 11) + { 8: 0, 16: 1, 32: 2, 64: 3 }[type.bits];
    case "bool":
    case "float":
    case "bytes":
    case "uuid":
    case "time":
      return undefined;
  }
}

/** One field of the LogicalType union. */
function writeLogicalType(thrift: ThriftWriter, type: LogicalType): void {
  switch (type.kind) {
    case "text":
      return thrift.struct(1, () => undefined);
    case "decimal":
      return thrift.struct(5, () => {
        thrift.i32(1, type.scale);
        thrift.i32(2, type.precision);
      });
    case "date":
      return thrift.struct(6, () => undefined);
    case "time":
      return thrift.struct(7, () => writeTimeUnit(thrift, type.unit, false));
    case "timestamp":
      return thrift.struct(8, () => writeTimeUnit(thrift, type.unit, type.utc));
    case "int":
      return thrift.struct(10, () => {
        thrift.i8(1, type.bits);
        thrift.bool(2, type.signed);
      });
    case "json":
      return thrift.struct(12, () => undefined);
    case "uuid":
      return thrift.struct(14, () => undefined);
    case "bool":
    case "float":
    case "bytes":
      return;
  }
}

function writeTimeUnit(thrift: ThriftWriter, unit: TimeUnit, adjustedToUtc: boolean): void {
  thrift.bool(1, adjustedToUtc);
  thrift.struct(2, () => thrift.struct({ ms: 1, us: 2, ns: 3 }[unit], () => undefined));
}
