/** Builder of 16-byte columns: uuids (bytes as written) and decimals of 19 to 38 digits (little-endian two's complement). */
import type { FixedColumn } from "../column-batch.ts";
import type { LogicalType } from "../logical-type.ts";
import { writeInt128 } from "./int128.ts";
import { NullMask } from "./null-mask.ts";

export class Fixed16Builder {
  readonly kind = "fixed16";
  readonly type: LogicalType;
  #values: Uint8Array;
  #mask: NullMask;
  #rowCount = 0;

  constructor(type: LogicalType, capacity: number) {
    this.type = type;
    this.#values = new Uint8Array(capacity * 16);
    this.#mask = new NullMask(capacity);
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Copies the 16 bytes at `at`. */
  appendFixed16(bytes: Uint8Array, at: number): void {
    const to = this.#reserve();
    for (let index = 0; index < 16; index += 1) this.#values[to + index] = bytes[at + index] ?? 0;
  }

  /** A decimal's unscaled value. */
  appendBigInt(value: bigint): void {
    const to = this.#reserve();
    writeInt128(this.#values, to, value);
  }

  appendNull(): void {
    this.#mask.setNull(this.#rowCount);
    const to = this.#reserve();
    this.#values.fill(0, to, to + 16);
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
      values: this.#values.subarray(0, this.#rowCount * 16),
      validity: this.#mask.build(this.#rowCount),
      nullCount: this.#mask.nullCount,
    };
  }

  #reserve(): number {
    const to = this.#rowCount * 16;
    if (to === this.#values.length) {
      const grown = new Uint8Array(Math.max(1024, to * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#rowCount += 1;
    return to;
  }
}
