/** The header of a CSV file: column names, checked. Reads at most one record. */
import { Buffer, isUtf8 } from "node:buffer";
import { TidemarkError } from "../../core/errors.ts";
import type { ByteWindow } from "../byte-window.ts";
import { textStart } from "../text-start.ts";
import { CsvScanner, INCOMPLETE } from "./csv-scanner.ts";

/** Skips a byte order mark; call once, first, on a fresh window. */
export function startCsv(window: ByteWindow, file: string): void {
  while (window.end < 4 && window.more());
  window.start = textStart(window.buffer.subarray(0, window.end), file);
}

/** Lines the header took; 0 when the file is empty. */
export interface CsvHeader {
  readonly names: readonly string[];
  readonly lineCount: number;
}

/**
 * Reads the first record as names and consumes it; null when the file holds no record. Throws FORMAT_CORRUPT when it is
 * no header: names that are empty, doubled or not UTF-8, or broken quotes.
 */
export function readCsvHeader(window: ByteWindow, delimiter: number, file: string): CsvHeader | null {
  const scanner = new CsvScanner(delimiter);
  const after = scanFirstRecord(window, scanner, file);
  if (after === null) return null;
  const names = cellTexts(window, scanner);
  if (scanner.problem !== "none") throw corrupt(file, "the header line has broken quotes");
  if (!isUtf8(window.buffer.subarray(window.start, after)))
    throw corrupt(file, "the header line is not UTF-8");
  if (names.some((name) => name.includes("\r")))
    throw new TidemarkError("FORMAT_UNSUPPORTED", {
      file,
      reason: "lines end in CR alone; convert them to LF",
    });
  assertNames(names, file);
  window.start = after;
  return { names, lineCount: scanner.lineCount };
}

/** Number of cells of the first record, which is not consumed; null when the file holds no record. */
export function countCsvCells(window: ByteWindow, delimiter: number, file: string): number | null {
  const scanner = new CsvScanner(delimiter);
  return scanFirstRecord(window, scanner, file) === null ? null : scanner.cellCount;
}

function scanFirstRecord(window: ByteWindow, scanner: CsvScanner, file: string): number | null {
  for (;;) {
    if (window.ended && window.start === window.end) return null;
    const after = scanner.scan(window.buffer, window.start, window.end, window.ended);
    if (after !== INCOMPLETE) return after;
    if (!window.more() && !window.ended) throw corrupt(file, "the first line is too long to be a header");
  }
}

function cellTexts(window: ByteWindow, scanner: CsvScanner): string[] {
  return Array.from({ length: scanner.cellCount }, (_, cell) => {
    const bytes = window.buffer.subarray(scanner.starts[cell], scanner.ends[cell]);
    const text = Buffer.from(bytes).toString("utf8");
    return scanner.quoting[cell] === 2 ? text.replaceAll('""', '"') : text;
  });
}

function assertNames(names: readonly string[], file: string): void {
  const empty = names.indexOf("");
  if (empty >= 0) throw corrupt(file, `the header names no column ${empty + 1}`);
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled !== undefined) throw corrupt(file, `the header names column '${doubled}' twice`);
}

function corrupt(file: string, reason: string): TidemarkError {
  return new TidemarkError("FORMAT_CORRUPT", { file, reason });
}
