/**
 * Builders of columns whose values are JavaScript numbers: integers up to 32 bits (also dates and small decimals) and
 * floats. Values are not range-checked here: casts and connectors do that where they can name the row.
 */
import { assert } from "../../core/errors.ts";
import { allocateFixed, type FixedColumn, physicalOf } from "../column-batch.ts";
import type { LogicalType } from "../logical-type.ts";
import { NullMask } from "./null-mask.ts";

type IntValues = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

export class IntBuilder {
  readonly kind = "int";
  readonly type: LogicalType;
  #values: IntValues;
  #mask: NullMask;
  #rowCount = 0;

  constructor(type: LogicalType, capacity: number) {
    this.type = type;
    this.#values = allocateInts(type, capacity);
    this.#mask = new NullMask(capacity);
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  appendInt(value: number): void {
    if (this.#rowCount === this.#values.length) this.#grow();
    this.#values[this.#rowCount++] = value;
  }

  appendNull(): void {
    this.#mask.setNull(this.#rowCount);
    this.appendInt(0);
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
    const grown = allocateInts(this.type, Math.max(64, this.#values.length * 2));
    grown.set(this.#values);
    this.#values = grown;
  }
}

export class FloatBuilder {
  readonly kind = "float";
  readonly type: LogicalType;
  #values: Float32Array | Float64Array;
  #mask: NullMask;
  #rowCount = 0;

  constructor(type: LogicalType, capacity: number) {
    this.type = type;
    this.#values = allocateFloats(type, capacity);
    this.#mask = new NullMask(capacity);
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  appendFloat(value: number): void {
    if (this.#rowCount === this.#values.length) this.#grow();
    this.#values[this.#rowCount++] = value;
  }

  appendNull(): void {
    this.#mask.setNull(this.#rowCount);
    this.appendFloat(0);
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
    const grown = allocateFloats(this.type, Math.max(64, this.#values.length * 2));
    grown.set(this.#values);
    this.#values = grown;
  }
}

function allocateInts(type: LogicalType, capacity: number): IntValues {
  const values = allocateFixed(physicalOf(type), capacity);
  assert(
    !(values instanceof BigInt64Array) &&
      !(values instanceof BigUint64Array) &&
      !(values instanceof Float32Array) &&
      !(values instanceof Float64Array),
    "an int builder holds at most 32 bits",
  );
  return values;
}

function allocateFloats(type: LogicalType, capacity: number): Float32Array | Float64Array {
  const values = allocateFixed(physicalOf(type), capacity);
  assert(values instanceof Float32Array || values instanceof Float64Array, "a float builder holds floats");
  return values;
}
