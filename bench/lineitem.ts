/**
 * Rows in the shape of TPC-H's `lineitem` (16 columns, its types, ranges and distributions; no null), as ColumnBatches.
 * Deterministic: the same seed and size give the same rows on every machine. Comments are stretches of random prose, no
 * stretch used twice.
 */
import {
  allocateFixed,
  type Column,
  type ColumnBatch,
  columnBatch,
  type Field,
  physicalOf,
} from "../src/columns/column-batch.ts";
import { parseLogicalType } from "../src/columns/logical-type.ts";
import { assert } from "../src/core/errors.ts";
import { type Random, seededRandom } from "../src/core/random.ts";

const COLUMNS = [
  ["l_orderkey", "int64"],
  ["l_partkey", "int64"],
  ["l_suppkey", "int64"],
  ["l_linenumber", "int32"],
  ["l_quantity", "decimal(15,2)"],
  ["l_extendedprice", "decimal(15,2)"],
  ["l_discount", "decimal(15,2)"],
  ["l_tax", "decimal(15,2)"],
  ["l_returnflag", "text"],
  ["l_linestatus", "text"],
  ["l_shipdate", "date"],
  ["l_commitdate", "date"],
  ["l_receiptdate", "date"],
  ["l_shipinstruct", "text"],
  ["l_shipmode", "text"],
  ["l_comment", "text"],
] as const;

export const lineitemFields: readonly Field[] = COLUMNS.map(([name, type]) => ({
  name,
  type: parseLogicalType(type),
  nullable: false,
}));

const PARTS = 200_000;
const SUPPLIERS = 10_000;
const DAY_1992 = 8035;
const ORDER_DAYS = 2406;
const DAY_CURRENT = 9298;
const INSTRUCTIONS = ["DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"];
const MODES = ["REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"];
const WORDS = (
  "the of among carefully quickly furiously slyly blithely ironic final regular express special pending bold even " +
  "silent unusual accounts requests deposits packages instructions foxes ideas theodolites dependencies platelets " +
  "pinto beans asymptotes excuses sleep haggle nag wake cajole boost detect integrate use are about above according " +
  "to across after against along alongside around at before"
).split(" ");

/** All rows as batches of `batchRows` (the last may be shorter). */
export function lineitemBatches(options: {
  readonly rowCount: number;
  readonly batchRows: number;
  readonly seed: number;
}): ColumnBatch[] {
  const random = seededRandom(options.seed);
  const rows = new RowSource(random);
  const batches: ColumnBatch[] = [];
  for (let done = 0; done < options.rowCount; done += options.batchRows)
    batches.push(nextBatch(rows, Math.min(options.batchRows, options.rowCount - done)));
  return batches;
}

type Cell = number | Uint8Array;

/** Produces rows in order; a row is overwritten by the next one. */
class RowSource {
  readonly #random: Random;
  readonly #prose: Prose;
  readonly #row: Cell[] = [];
  #order = 0;
  #orderDay = 0;
  #line = 0;
  #lines = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#prose = new Prose(random);
  }

  next(): readonly Cell[] {
    if (this.#line === this.#lines) this.#nextOrder();
    this.#line += 1;
    const row = this.#row;
    const part = this.#between(1, PARTS);
    const quantity = this.#between(1, 50);
    const ship = this.#orderDay + this.#between(1, 121);
    const receipt = ship + this.#between(1, 30);
    const price = 90_000 + (Math.floor(part / 10) % 20_001) + 100 * (part % 1000);
    row[0] = ((this.#order >> 3) << 5) | (this.#order & 7);
    row[1] = part;
    row[2] = this.#between(1, SUPPLIERS);
    row[3] = this.#line;
    row[4] = quantity * 100;
    row[5] = quantity * price;
    row[6] = this.#between(0, 10);
    row[7] = this.#between(0, 8);
    row[8] = this.#text(receipt > DAY_CURRENT ? "N" : this.#between(0, 1) === 0 ? "R" : "A");
    row[9] = this.#text(ship > DAY_CURRENT ? "O" : "F");
    row[10] = ship;
    row[11] = this.#orderDay + this.#between(30, 90);
    row[12] = receipt;
    row[13] = this.#text(INSTRUCTIONS[this.#between(0, 3)] ?? "");
    row[14] = this.#text(MODES[this.#between(0, 6)] ?? "");
    row[15] = this.#prose.next(this.#between(10, 43));
    return row;
  }

  #nextOrder(): void {
    this.#order += 1;
    this.#orderDay = DAY_1992 + this.#between(0, ORDER_DAYS - 1);
    this.#line = 0;
    this.#lines = this.#between(1, 7);
  }

  #between(least: number, most: number): number {
    return least + Math.floor(this.#random.next() * (most - least + 1));
  }

  #text(value: string): Uint8Array {
    let bytes = this.#texts.get(value);
    if (bytes === undefined) {
      bytes = new TextEncoder().encode(value);
      this.#texts.set(value, bytes);
    }
    return bytes;
  }

  readonly #texts = new Map<string, Uint8Array>();
}

/** An endless text, handed out piece by piece. */
class Prose {
  readonly #random: Random;
  readonly #words = WORDS.map((word) => new TextEncoder().encode(`${word} `));
  readonly #buffer = new Uint8Array(1 << 16);
  #from = 0;
  #to = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  next(bytes: number): Uint8Array {
    if (this.#to - this.#from < bytes) this.#refill();
    const piece = this.#buffer.subarray(this.#from, this.#from + bytes);
    this.#from += bytes;
    return piece;
  }

  #refill(): void {
    this.#buffer.copyWithin(0, this.#from, this.#to);
    this.#to -= this.#from;
    this.#from = 0;
    while (this.#to < this.#buffer.length - 20) {
      const word = this.#words[Math.floor(this.#random.next() * this.#words.length)] ?? new Uint8Array(0);
      this.#buffer.set(word, this.#to);
      this.#to += word.length;
    }
  }
}

function nextBatch(source: RowSource, rowCount: number): ColumnBatch {
  const sinks = lineitemFields.map((field) => columnSink(field, rowCount));
  for (let row = 0; row < rowCount; row += 1) {
    const cells = source.next();
    for (const [index, sink] of sinks.entries()) sink.put(row, cells[index] ?? 0);
  }
  return columnBatch(
    lineitemFields,
    sinks.map((sink) => sink.column()),
  );
}

interface ColumnSink {
  put(row: number, cell: Cell): void;
  column(): Column;
}

function columnSink({ type }: Field, rowCount: number): ColumnSink {
  const common = { type, rowCount, validity: null, nullCount: 0 } as const;
  if (type.kind === "text") {
    const offsets = new Int32Array(rowCount + 1);
    const bytes = new Uint8Array(rowCount * 44);
    const put = (row: number, cell: Cell): void => {
      if (typeof cell === "number") return;
      const start = offsets[row] ?? 0;
      bytes.set(cell, start);
      offsets[row + 1] = start + cell.length;
    };
    return { put, column: () => ({ ...common, layout: "varlen", offsets, bytes }) };
  }
  const values = allocateFixed(physicalOf(type), rowCount);
  const put = (row: number, cell: Cell): void => {
    if (typeof cell !== "number") return;
    if (values instanceof BigInt64Array) values[row] = BigInt(cell);
    else {
      assert(values instanceof Int32Array, "lineitem has 4- and 8-byte integers");
      values[row] = cell;
    }
  };
  return { put, column: () => ({ ...common, layout: "fixed", values }) };
}
