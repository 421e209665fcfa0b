/** Rows of text as aligned columns, two spaces apart. The last column is not padded; colours take no room. */
import { stripVTControlCharacters } from "node:util";

export function renderTable(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, shownLength(cell))));
  return rows.map((row) =>
    row
      .map((cell, index) => cell + " ".repeat((widths[index] ?? 0) - shownLength(cell)))
      .join("  ")
      .trimEnd(),
  );
}

function shownLength(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
