/** The faults of one page: the first of each row counts, as a row is refused once. */

export interface CellFault {
  readonly row: number;
  readonly column: string;
  /** `storage_class`, `range`, `type`, `precision`, `encoding`, `null`, `too_large` */
  readonly rule: string;
  readonly message: string;
}

export class CellFaults {
  readonly #byRow = new Map<number, CellFault>();

  get count(): number {
    return this.#byRow.size;
  }

  add(fault: CellFault): void {
    if (!this.#byRow.has(fault.row)) this.#byRow.set(fault.row, fault);
  }

  has(row: number): boolean {
    return this.#byRow.has(row);
  }

  inOrder(): readonly CellFault[] {
    return [...this.#byRow.values()].toSorted((a, b) => a.row - b.row);
  }
}
