/**
 * Builder of 64-bit columns: int64, uint64, times, timestamps, decimals of 10 to 18 digits. `appendInt` writes the two
 * 32-bit halves and makes no BigInt; `appendHalves` takes them as they are.
 */
import { assert } from "../../core/errors.ts";
import { allocateFixed, type FixedColumn, physicalOf } from "../column-batch.ts";
import type { LogicalType } from "../logical-type.ts";
import { NullMask } from "./null-mask.ts";

const TWO_32 = 4_294_967_296;

export class BigIntBuilder {
  readonly kind = "bigint";
  readonly type: LogicalType;
  #values: BigInt64Array | BigUint64Array;
  #halves: Int32Array;
  #mask: NullMask;
  #rowCount = 0;

  constructor(type: LogicalType, capacity: number) {
    this.type = type;
    this.#values = allocateBigInts(type, capacity);
    this.#halves = new Int32Array(this.#values.buffer);
    this.#mask = new NullMask(capacity);
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  appendBigInt(value: bigint): void {
    if (this.#rowCount === this.#values.length) this.#grow();
    this.#values[this.#rowCount++] = value;
  }

  /** A safe integer (|value| <= 2^53 - 1). */
  appendInt(value: number): void {
    this.appendHalves(value | 0, Math.floor(value / TWO_32));
  }

  /** The low and high 32 bits of the value; only the lowest 32 bits of either are taken. */
  appendHalves(low: number, high: number): void {
    if (this.#rowCount === this.#values.length) this.#grow();
    this.#halves[this.#rowCount * 2] = low;
    this.#halves[this.#rowCount * 2 + 1] = high;
    this.#rowCount += 1;
  }

  appendNull(): void {
    this.#mask.setNull(this.#rowCount);
    this.appendHalves(0, 0);
  }

  reset(): void {
    this.#rowCount = 0;
    this.#mask.reset();
  }

  build(): FixedColumn {
    return {
      type: this.type,
      layout: "fixed",
      rowCount: this.#rowCount,
      values: this.#values.subarray(0, this.#rowCount),
      validity: this.#mask.build(this.#rowCount),
      nullCount: this.#mask.nullCount,
    };
  }

  #grow(): void {
    const grown = allocateBigInts(this.type, Math.max(64, this.#values.length * 2));
    new Int32Array(grown.buffer).set(this.#halves);
    this.#values = grown;
    this.#halves = new Int32Array(grown.buffer);
  }
}

function allocateBigInts(type: LogicalType, capacity: number): BigInt64Array | BigUint64Array {
  const values = allocateFixed(physicalOf(type), capacity);
  assert(
    values instanceof BigInt64Array || values instanceof BigUint64Array,
    "a bigint builder holds 64 bits",
  );
  return values;
}
