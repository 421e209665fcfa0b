/**
 * Random tables for the encoder's tests: plain values per column, the ColumnBatches that hold them (cut anywhere, with
 * rubbish under nulls and offsets that do not begin at 0), and the text a reader should show for a value.
 */
import * as fc from "fast-check";
import {
  allocateFixed,
  type Column,
  type ColumnBatch,
  columnBatch,
  type Field,
  physicalOf,
} from "../../src/columns/column-batch.ts";
import { type LogicalType, parseLogicalType } from "../../src/columns/logical-type.ts";
import { type Random, seededRandom } from "../../src/core/random.ts";

/** Integers of any kind (also unscaled decimals, days, ticks) are bigint. */
export type Value = null | boolean | bigint | number | Uint8Array;

export interface Table {
  readonly fields: readonly Field[];
  readonly columns: readonly (readonly Value[])[];
  readonly rowCount: number;
}

const ALL_TYPES: readonly string[] = [
  ..."bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 text json bytes uuid date".split(
    " ",
  ),
  ..."decimal(1,0) decimal(4,2) decimal(9,9) decimal(10,0) decimal(18,6) decimal(19,4) decimal(38,10)".split(
    " ",
  ),
  ..."time(ms) time time(ns) timestamp(ms) timestamp timestamp(ns) timestamp(ms,utc) timestamp(utc)".split(
    " ",
  ),
];

/** How values of a column are spread. */
const SPREADS = ["constant", "few", "many", "runs", "extreme"] as const;
type Spread = (typeof SPREADS)[number];

const ROW_COUNTS = [0, 1, 2, 7, 8, 9, 64, 65, 500, 3000, 9000];

export const anyTable: fc.Arbitrary<Table> = fc
  .record({
    rowCount: fc.constantFrom(...ROW_COUNTS),
    seed: fc.integer(),
    columns: fc.array(
      fc.record({
        type: fc.constantFrom(...ALL_TYPES),
        nullShare: fc.constantFrom(undefined, 0, 0.01, 0.5, 1),
        spread: fc.constantFrom(...SPREADS),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ rowCount, seed, columns }) => randomTable(rowCount, seed, columns));

/** One column of every type, nullable and not. */
export function tableOfAllTypes(rowCount: number, seed: number, spread: Spread): Table {
  const columns = ALL_TYPES.flatMap((type) => [
    { type, nullShare: undefined, spread },
    { type, nullShare: 0.3, spread },
  ]);
  return randomTable(rowCount, seed, columns);
}

interface ColumnShape {
  readonly type: string;
  readonly nullShare: number | undefined;
  readonly spread: Spread;
}

function randomTable(rowCount: number, seed: number, shapes: readonly ColumnShape[]): Table {
  const random = seededRandom(seed);
  const fields = shapes.map(({ type, nullShare }, index) => ({
    name: `c${index} ${type}`,
    type: parseLogicalType(type),
    nullable: nullShare !== undefined,
  }));
  const columns = shapes.map((shape) => randomColumn(shape, rowCount, random));
  return { fields, columns, rowCount };
}

function randomColumn({ type, nullShare, spread }: ColumnShape, rowCount: number, random: Random): Value[] {
  const logical = parseLogicalType(type);
  const fresh = (): Value => randomValue(logical, random, spread === "extreme");
  const few = Array.from({ length: spread === "constant" ? 1 : 12 }, fresh);
  const pick = (): Value => few[Math.floor(random.next() * few.length)] ?? fresh();
  const values: Value[] = [];
  let current = pick();
  for (let row = 0; row < rowCount; row += 1) {
    if (spread === "many" || spread === "extreme") current = fresh();
    else if (spread !== "runs" || random.next() < 0.02) current = pick();
    values.push(nullShare !== undefined && random.next() < nullShare ? null : current);
  }
  return values;
}

const integer = (random: Random, least: bigint, most: bigint): bigint => {
  const span = most - least + 1n;
  let bits = 0n;
  for (let part = 0; part < 5; part += 1) bits = (bits << 32n) | BigInt(Math.floor(random.next() * 2 ** 32));
  return least + (bits % span);
};

const choose = <Item>(random: Random, items: readonly Item[]): Item | undefined =>
  items[Math.floor(random.next() * items.length)];

/** Least and most integer of a type; of times and timestamps what DuckDB shows too. */
function integerRange(type: LogicalType): [bigint, bigint] {
  const ticks = { ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n };
  if (type.kind === "int") {
    const bits = BigInt(type.bits);
    return type.signed ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n];
  }
  if (type.kind === "decimal")
    return [-(10n ** BigInt(type.precision)) + 1n, 10n ** BigInt(type.precision) - 1n];
  if (type.kind === "date") return [-719162n, 2932896n];
  if (type.kind === "time") return [0n, 86400n * ticks[type.unit] - 1n];
  if (type.kind !== "timestamp") return [0n, 0n];
  if (type.unit === "ns") return [-9_000_000_000_000_000_000n, 9_000_000_000_000_000_000n];
  return [-62_135_596_800n * ticks[type.unit], 253_402_300_799n * ticks[type.unit]];
}

const FLOATS = [
  0,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1.5,
  -2.25,
  1e30,
  5e-324,
];
const TEXTS = [
  "",
  "a",
  "ab",
  "abc",
  "abcd",
  "naïve",
  "日本語",
  "😀",
  "\0",
  "x\0y",
  " ",
  "NULL",
  '"',
  "\uffff",
];

function randomValue(type: LogicalType, random: Random, extreme: boolean): Value {
  switch (type.kind) {
    case "bool":
      return random.next() < 0.5;
    case "float": {
      const value = extreme ? (choose(random, FLOATS) ?? 0) : (random.next() - 0.5) * 1e6;
      return type.bits === 32 ? Math.fround(value) : value;
    }
    case "text":
      return Buffer.from(randomText(random, extreme), "utf8");
    case "json":
      return Buffer.from(JSON.stringify({ value: randomText(random, extreme) }), "utf8");
    case "bytes":
      return randomBytes(random, Math.floor(random.next() * (extreme ? 300 : 12)));
    case "uuid":
      return randomBytes(random, 16);
    case "int":
    case "decimal":
    case "date":
    case "time":
    case "timestamp":
      return randomInteger(type, random, extreme);
  }
}

function randomBytes(random: Random, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.next() * 256);
}

function randomInteger(type: LogicalType, random: Random, extreme: boolean): bigint {
  const [least, most] = integerRange(type);
  if (!extreme) return integer(random, least, most);
  return (
    choose(random, [least, most, least + 1n, most - 1n, most / 2n, integer(random, least, most)]) ?? least
  );
}

function randomText(random: Random, extreme: boolean): string {
  const text = choose(random, TEXTS) ?? "";
  if (!extreme) return `${text}${Math.floor(random.next() * 1e6)}`;
  return random.next() < 0.2 ? text.repeat(1 + Math.floor(random.next() * 90)) : text;
}

/** The table as batches that end at `cuts` (ascending row numbers) and at its end. */
export function batchesOf(table: Table, cuts: readonly number[] = []): ColumnBatch[] {
  const ends = [...cuts.filter((cut) => cut < table.rowCount), table.rowCount];
  return ends.map((to, index) => {
    const from = ends[index - 1] ?? 0;
    const columns = table.fields.map((field, position) =>
      columnOf(field, (table.columns[position] ?? []).slice(from, to)),
    );
    return columnBatch(table.fields, columns);
  });
}

export function columnOf(field: Field, values: readonly Value[]): Column {
  const nullCount = values.filter((value) => value === null).length;
  const validity = nullCount === 0 ? null : bitmapOf(values.map((value) => value !== null));
  const common = { type: field.type, rowCount: values.length, validity, nullCount };
  const physical = physicalOf(field.type);
  if (physical === "bits")
    return { ...common, layout: "bits", values: bitmapOf(values.map((v) => v !== false)) };
  if (physical === "varlen") return { ...common, layout: "varlen", ...varlenOf(values) };
  const target = allocateFixed(physical, values.length);
  for (const [row, value] of values.entries()) {
    if (physical === "fixed16" && target instanceof Uint8Array) target.set(bytes16(value), row * 16);
    else if (target instanceof BigInt64Array || target instanceof BigUint64Array)
      target[row] = typeof value === "bigint" ? value : 77n;
    else target[row] = value === null ? 77 : Number(value);
  }
  return { ...common, layout: "fixed", values: target };
}

function bytes16(value: Value): Uint8Array {
  if (value instanceof Uint8Array) return value;
  const bytes = new Uint8Array(16).fill(9);
  if (typeof value !== "bigint") return bytes;
  for (let index = 0; index < 16; index += 1) bytes[index] = Number((value >> BigInt(index * 8)) & 0xffn);
  return bytes;
}

function bitmapOf(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array((bits.length + 7) >> 3);
  for (const [index, bit] of bits.entries())
    if (bit) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  return bytes;
}

const RUBBISH = Buffer.from("xyz");

function varlenOf(values: readonly Value[]): { offsets: Int32Array; bytes: Uint8Array } {
  const offsets = Int32Array.of(RUBBISH.length, ...values.map(() => 0));
  const parts: Uint8Array[] = [RUBBISH];
  for (const [row, value] of values.entries()) {
    const part = value instanceof Uint8Array ? value : new Uint8Array(0);
    parts.push(part);
    offsets[row + 1] = (offsets[row] ?? 0) + part.length;
  }
  return { offsets, bytes: Buffer.concat([...parts, RUBBISH]) };
}
