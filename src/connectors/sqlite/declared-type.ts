/**
 * Logical types of declared types, and back. SQLite takes any words as a declared type and derives only an affinity
 * from them (https://www.sqlite.org/datatype3.html); what the words say to people decides the logical type here.
 *
 * - every integer name is int64, as SQLite enforces no width; INT_8 … UINT_32 and U64_TEXT are the widths the sink writes
 * - DECIMAL(p,s) and NUMERIC(p,s) are decimals; without a precision they hold whatever was stored: float64
 * - DATETIME and TIMESTAMP are naive, TIMESTAMPTZ is UTC; a precision of 3 or 9 digits counts ms or ns, else us
 * - no declared type, ANY, and names that say nothing (NUM, STRING, …): undefined; the values decide
 */
import type { LogicalType, TimeUnit } from "../../columns/logical-type.ts";

export type Affinity = "integer" | "text" | "blob" | "real" | "numeric";

/** Affinity by SQLite's five rules, in their order. */
export function affinityOf(declared: string): Affinity {
  const name = declared.toUpperCase();
  if (name.includes("INT")) return "integer";
  if (/CHAR|CLOB|TEXT/.test(name)) return "text";
  if (name === "" || name === "ANY" || name.includes("BLOB")) return "blob";
  if (/REAL|FLOA|DOUB/.test(name)) return "real";
  return "numeric";
}

const INT64: LogicalType = { kind: "int", bits: 64, signed: true };
const FLOAT64: LogicalType = { kind: "float", bits: 64 };
const TEXT: LogicalType = { kind: "text" };
const BYTES: LogicalType = { kind: "bytes" };

const BY_NAME: ReadonlyMap<string, LogicalType> = new Map<string, LogicalType>([
  ["INT_8", { kind: "int", bits: 8, signed: true }],
  ["INT_16", { kind: "int", bits: 16, signed: true }],
  ["INT_32", { kind: "int", bits: 32, signed: true }],
  ["UINT_8", { kind: "int", bits: 8, signed: false }],
  ["UINT_16", { kind: "int", bits: 16, signed: false }],
  ["UINT_32", { kind: "int", bits: 32, signed: false }],
  ["U64_TEXT", { kind: "int", bits: 64, signed: false }],
  ["FLOAT_32", { kind: "float", bits: 32 }],
  ["BOOL", { kind: "bool" }],
  ["BOOLEAN", { kind: "bool" }],
  ["DATE", { kind: "date" }],
  ["UUID", { kind: "uuid" }],
  ["GUID", { kind: "uuid" }],
  ["UNIQUEIDENTIFIER", { kind: "uuid" }],
  ["JSON", { kind: "json" }],
  ["JSON_TEXT", { kind: "json" }],
  ["NUMERIC", FLOAT64],
  ["DECIMAL", FLOAT64],
  ["DEC", FLOAT64],
]);

/** undefined when the words do not say what the values are. */
export function logicalTypeOf(declared: string): LogicalType | undefined {
  const { name, digits } = parseDeclared(declared);
  if (DECIMAL_NAMES.has(name) && digits.length > 0) return decimalOf(digits) ?? TEXT;
  const simple = BY_NAME.get(name);
  if (simple !== undefined) return simple;
  if (TIME_NAMES.has(name)) return { kind: "time", unit: unitOf(digits[0]) };
  if (TIMESTAMP_NAMES.has(name)) return { kind: "timestamp", unit: unitOf(digits[0]), utc: false };
  if (UTC_NAMES.has(name)) return { kind: "timestamp", unit: unitOf(digits[0]), utc: true };
  return byAffinity(declared);
}

const DECIMAL_NAMES: ReadonlySet<string> = new Set(["DECIMAL", "NUMERIC", "DEC", "DECIMAL_TEXT"]);
const TIME_NAMES: ReadonlySet<string> = new Set(["TIME", "TIME WITHOUT TIME ZONE"]);
const TIMESTAMP_NAMES: ReadonlySet<string> = new Set([
  "DATETIME",
  "TIMESTAMP",
  "TIMESTAMP WITHOUT TIME ZONE",
]);
const UTC_NAMES: ReadonlySet<string> = new Set(["TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"]);

function parseDeclared(declared: string): { readonly name: string; readonly digits: readonly number[] } {
  const match = /\(([^)]*)\)/.exec(declared);
  const name = declared
    .replace(/\([^)]*\)/, " ")
    .trim()
    .replaceAll(/\s+/g, " ")
    .toUpperCase();
  const digits = (match?.[1] ?? "").split(",").filter((part) => /^\s*\d+\s*$/.test(part));
  return { name, digits: digits.map(Number) };
}

/** undefined when no decimal of ours has that precision. */
function decimalOf(digits: readonly number[]): LogicalType | undefined {
  const [precision = 0, scale = 0] = digits;
  if (precision < 1 || precision > 38 || scale > precision) return undefined;
  return { kind: "decimal", precision, scale };
}

function unitOf(digits: number | undefined): TimeUnit {
  if (digits === undefined) return "us";
  if (digits <= 3) return digits === 3 ? "ms" : "us";
  return digits > 6 ? "ns" : "us";
}

function byAffinity(declared: string): LogicalType | undefined {
  switch (affinityOf(declared)) {
    case "integer":
      return INT64;
    case "text":
      return TEXT;
    case "real":
      return FLOAT64;
    case "blob":
      return declared.toUpperCase().includes("BLOB") ? BYTES : undefined;
    case "numeric":
      return undefined;
  }
}

/** Decimals of at most this precision survive as REAL: a double holds every decimal of 15 digits. */
export const REAL_DECIMAL_DIGITS = 15;

/** The declared type that a column made by the sink gets; `logicalTypeOf` reads it back to an equal type. */
export function declaredTypeOf(type: LogicalType): string {
  switch (type.kind) {
    case "bool":
      return "BOOLEAN";
    case "int":
      if (type.bits === 64) return type.signed ? "INTEGER" : "U64_TEXT";
      return `${type.signed ? "" : "U"}INT_${type.bits}`;
    case "float":
      return type.bits === 64 ? "REAL" : "FLOAT_32";
    case "decimal": {
      const name = type.precision <= REAL_DECIMAL_DIGITS ? "DECIMAL" : "DECIMAL_TEXT";
      return `${name}(${type.precision},${type.scale})`;
    }
    case "text":
      return "TEXT";
    case "json":
      return "JSON_TEXT";
    case "bytes":
      return "BLOB";
    case "uuid":
      return "UUID";
    case "date":
      return "DATE";
    case "time":
      return `TIME${UNIT_SUFFIX[type.unit]}`;
    case "timestamp":
      return `TIMESTAMP${type.utc ? "TZ" : ""}${UNIT_SUFFIX[type.unit]}`;
  }
}

const UNIT_SUFFIX: Readonly<Record<TimeUnit, string>> = { ms: "(3)", us: "", ns: "(9)" };
