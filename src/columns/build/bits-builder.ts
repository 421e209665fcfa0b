/** Builder of bool columns: one bit a row, least significant first; a null row's bit is 0. */
import type { BitsColumn } from "../column-batch.ts";
import type { LogicalType } from "../logical-type.ts";
import { NullMask } from "./null-mask.ts";

export class BitsBuilder {
  readonly kind = "bits";
  readonly type: LogicalType;
  #values: Uint8Array;
  #mask: NullMask;
  #rowCount = 0;

  constructor(type: LogicalType, capacity: number) {
    this.type = type;
    this.#values = new Uint8Array((capacity + 7) >> 3);
    this.#mask = new NullMask(capacity);
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  appendBool(value: boolean): void {
    const at = this.#rowCount >> 3;
    if (at === this.#values.length) {
      const grown = new Uint8Array(Math.max(16, at * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    const bit = this.#rowCount & 7;
    const before = bit === 0 ? 0 : (this.#values[at] ?? 0);
    this.#values[at] = value ? before | (1 << bit) : before;
    this.#rowCount += 1;
  }

  appendNull(): void {
    this.#mask.setNull(this.#rowCount);
    this.appendBool(false);
  }

  reset(): void {
    this.#rowCount = 0;
    this.#mask.reset();
  }

  build(): BitsColumn {
    return {
      type: this.type,
      layout: "bits",
      rowCount: this.#rowCount,
      values: this.#values.subarray(0, (this.#rowCount + 7) >> 3),
      validity: this.#mask.build(this.#rowCount),
      nullCount: this.#mask.nullCount,
    };
  }
}
