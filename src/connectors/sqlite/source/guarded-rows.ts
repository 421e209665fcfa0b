/** Splits rows of a guarded select list into rows and the faults of values that were left unread. */
import type { SqlRow } from "../sql-value.ts";
import type { CellFaults } from "./decode/cell-faults.ts";
import { tooLarge } from "./decode/decode-texts.ts";

export interface UnguardRequest {
  readonly columns: readonly string[];
  readonly maxBytes: number;
  /** place of the first of `rows` in its page */
  readonly firstRow: number;
  readonly faults: CellFaults;
}

export function unguard(rows: readonly SqlRow[], request: UnguardRequest): readonly SqlRow[] {
  return rows.map((row, at) => {
    const place = row.at(-2) ?? null;
    if (place !== null) {
      const message = tooLarge(Number(row.at(-1)), request.maxBytes);
      const column = request.columns[Number(place)] ?? "";
      request.faults.add({ row: request.firstRow + at, column, rule: "too_large", message });
    }
    return row.slice(0, -2);
  });
}
