/**
 * Rows of a page to a column batch. Rows with a fault leave the batch: the page is then decoded once more without them,
 * as faults are rare and two clean passes are simpler than compacting every column.
 */
import { columnBatch, type ColumnBatch, type Field } from "../../../../columns/column-batch.ts";
import type { Affinity } from "../../declared-type.ts";
import type { SqlRow } from "../../sql-value.ts";
import { CellContext, type ColumnDecoder, type TextCheck } from "./cell-context.ts";
import { type CellFault, CellFaults } from "./cell-faults.ts";
import { createDecoder } from "./create-decoder.ts";

export interface DecodedPage {
  readonly batch: ColumnBatch;
  /** in the order of rows; their rows are not in the batch */
  readonly faults: readonly CellFault[];
}

const TRUSTING: TextCheck = { isStoredText: () => true };

export interface DecodedColumn {
  readonly field: Field;
  readonly affinity: Affinity;
}

export class PageDecoder {
  readonly #fields: readonly Field[];
  readonly #decoders: readonly ColumnDecoder[];
  /** pages must be read with big integers */
  readonly needsBigIntegers: boolean;

  /** Rows hold the columns in this order; more may follow. */
  constructor(columns: readonly DecodedColumn[], maxValueBytes: number) {
    this.#fields = columns.map(({ field }) => field);
    const contexts = columns.map((column, index) => new CellContext({ ...column, index, maxValueBytes }));
    this.#decoders = contexts.map((cells, index) => createDecoder(cells, columns[index]?.affinity ?? "blob"));
    this.needsBigIntegers = contexts.some(({ strict }) => strict);
  }

  /** `faults` may hold faults that reading found; the batch is valid until the next call. */
  decode(rows: readonly SqlRow[], faults: CellFaults, check: TextCheck): DecodedPage {
    const batch = this.#decodeAll(rows, faults, check);
    if (faults.count === 0) return { batch, faults: [] };
    const good = rows.filter((_, row) => !faults.has(row));
    return { batch: this.#decodeAll(good, new CellFaults(), TRUSTING), faults: faults.inOrder() };
  }

  #decodeAll(rows: readonly SqlRow[], faults: CellFaults, check: TextCheck): ColumnBatch {
    const request = { rows, faults, check };
    const columns = this.#decoders.map((decoder) => decoder.decode(request));
    // A batch without columns still has its rows.
    return { ...columnBatch(this.#fields, columns), rowCount: rows.length };
  }
}
