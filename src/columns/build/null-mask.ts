/**
 * The validity bitmap of a column under construction. Bits start valid and are cleared for nulls, so a column without
 * nulls never touches it. Reused from batch to batch; what `build` returns is a view that the next `reset` overwrites.
 */
export class NullMask {
  #bits: Uint8Array;
  #nullCount = 0;

  constructor(capacity: number) {
    this.#bits = new Uint8Array((capacity + 7) >> 3).fill(0xff);
  }

  get nullCount(): number {
    return this.#nullCount;
  }

  setNull(row: number): void {
    if (row >> 3 >= this.#bits.length) this.#grow(row);
    this.#bits[row >> 3] = (this.#bits[row >> 3] ?? 0) & ~(1 << (row & 7));
    this.#nullCount += 1;
  }

  reset(): void {
    if (this.#nullCount > 0) this.#bits.fill(0xff);
    this.#nullCount = 0;
  }

  /** null when there is no null; bits past `rowCount` are zero. */
  build(rowCount: number): Uint8Array | null {
    if (this.#nullCount === 0) return null;
    const byteCount = (rowCount + 7) >> 3;
    if (byteCount > this.#bits.length) this.#grow(rowCount - 1);
    if ((rowCount & 7) !== 0)
      this.#bits[byteCount - 1] = (this.#bits[byteCount - 1] ?? 0) & ((1 << (rowCount & 7)) - 1);
    return this.#bits.subarray(0, byteCount);
  }

  #grow(row: number): void {
    const grown = new Uint8Array(Math.max(this.#bits.length * 2, (row >> 3) + 1)).fill(0xff);
    grown.set(this.#bits);
    this.#bits = grown;
  }
}
