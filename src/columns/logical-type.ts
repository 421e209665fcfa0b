/**
 * Logical types of columns: what a value means, independent of source, file format and sink.
 * Written by people as `int64`, `decimal(12,2)`, `timestamp(us,utc)`; see `formatLogicalType` for every form.
 * Units: times and timestamps count `ms`, `us` or `ns`; `utc: false` is a naive (wall-clock) timestamp.
 */
import { TidemarkError } from "../core/errors.ts";

export type TimeUnit = "ms" | "us" | "ns";

export type LogicalType =
  | { readonly kind: "bool" }
  | { readonly kind: "int"; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly kind: "float"; readonly bits: 32 | 64 }
  /** precision 1..38 digits, 0 <= scale <= precision */
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "text" }
  | { readonly kind: "json" }
  | { readonly kind: "bytes" }
  | { readonly kind: "uuid" }
  | { readonly kind: "date" }
  | { readonly kind: "time"; readonly unit: TimeUnit }
  | { readonly kind: "timestamp"; readonly unit: TimeUnit; readonly utc: boolean };

const SIMPLE: ReadonlyMap<string, LogicalType> = new Map<string, LogicalType>([
  ["bool", { kind: "bool" }],
  ["float32", { kind: "float", bits: 32 }],
  ["float64", { kind: "float", bits: 64 }],
  ["text", { kind: "text" }],
  ["json", { kind: "json" }],
  ["bytes", { kind: "bytes" }],
  ["uuid", { kind: "uuid" }],
  ["date", { kind: "date" }],
  ["time", { kind: "time", unit: "us" }],
  ["timestamp", { kind: "timestamp", unit: "us", utc: false }],
  ["timestamp(utc)", { kind: "timestamp", unit: "us", utc: true }],
]);

const ACCEPTED_TYPES =
  "bool, int8 to int64, uint8 to uint64, float32, float64, decimal(p,s), text, json, bytes, uuid, date, time, time(ms|us|ns), timestamp, timestamp(utc), timestamp(ms|us|ns) or timestamp(ms|us|ns,utc)";

/** Parses what people write; throws CORE_BAD_VALUE naming the accepted forms. */
export function parseLogicalType(text: string): LogicalType {
  const canonical = text.toLowerCase().replaceAll(/\s+/g, "");
  const type =
    SIMPLE.get(canonical) ?? parseIntType(canonical) ?? parseDecimal(canonical) ?? parseTemporal(canonical);
  if (type === undefined)
    throw new TidemarkError("CORE_BAD_VALUE", { what: "type", text, accepted: ACCEPTED_TYPES });
  return type;
}

/** The canonical spelling; `parseLogicalType` reads it back to an equal type. */
export function formatLogicalType(type: LogicalType): string {
  switch (type.kind) {
    case "int":
      return `${type.signed ? "" : "u"}int${type.bits}`;
    case "float":
      return `float${type.bits}`;
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "time":
      return type.unit === "us" ? "time" : `time(${type.unit})`;
    case "timestamp":
      return formatTimestampType(type.unit, type.utc);
    case "bool":
    case "text":
    case "json":
    case "bytes":
    case "uuid":
    case "date":
      return type.kind;
  }
}

export function equalTypes(a: LogicalType, b: LogicalType): boolean {
  return formatLogicalType(a) === formatLogicalType(b);
}

function formatTimestampType(unit: TimeUnit, utc: boolean): string {
  const parts = [unit === "us" ? "" : unit, utc ? "utc" : ""].filter((part) => part !== "");
  return parts.length === 0 ? "timestamp" : `timestamp(${parts.join(",")})`;
}

function parseIntType(text: string): LogicalType | undefined {
  const match = /^(u?)int(8|16|32|64)$/.exec(text);
  if (match === null) return undefined;
  return { kind: "int", bits: Number(match[2]) as 8 | 16 | 32 | 64, signed: match[1] === "" };
}

function parseDecimal(text: string): LogicalType | undefined {
  const match = /^decimal\((\d{1,2}),(\d{1,2})\)$/.exec(text);
  if (match === null) return undefined;
  const precision = Number(match[1]);
  const scale = Number(match[2]);
  if (precision < 1 || precision > 38 || scale > precision) return undefined;
  return { kind: "decimal", precision, scale };
}

function parseTemporal(text: string): LogicalType | undefined {
  const match = /^(time|timestamp)\((ms|us|ns)(,utc)?\)$/.exec(text);
  if (match === null) return undefined;
  const unit = match[2] as TimeUnit;
  if (match[1] === "timestamp") return { kind: "timestamp", unit, utc: match[3] !== undefined };
  return match[3] === undefined ? { kind: "time", unit } : undefined;
}
