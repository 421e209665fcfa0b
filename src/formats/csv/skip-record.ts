/**
 * Passes over a CSV record that is too large to hold: its cells are measured as the window slides over them and their
 * bytes let go. Ends behind the record. Used only when a record does not fit the window.
 */
import { TidemarkError } from "../../core/errors.ts";
import type { ByteWindow } from "../byte-window.ts";

export interface SkippedRecord {
  /** bytes of the record, its line end included */
  readonly length: number;
  readonly lineCount: number;
  /** 0-based column of the longest cell */
  readonly cell: number;
  readonly cellBytes: number;
}

const QUOTE = 0x22;
const LF = 0x0a;

type State = "cellStart" | "plain" | "quoted" | "quoteInQuoted";

/** Throws FORMAT_CORRUPT when the file ends within quotes: what was passed over is not known to be one record. */
export function skipRecord(window: ByteWindow, delimiter: number, file: string, line: number): SkippedRecord {
  const meter = new CellMeter(delimiter);
  do {
    const { buffer, start, end } = window;
    for (let at = start; at < end; at += 1) {
      if (meter.take(buffer[at] ?? 0)) {
        window.start = at + 1;
        return meter.result();
      }
    }
    window.start = end;
  } while (window.more());
  if (meter.inQuotes) {
    const reason = `the quote opened in the record at line ${line} is never closed`;
    throw new TidemarkError("FORMAT_CORRUPT", { file, reason });
  }
  return meter.result();
}

class CellMeter {
  readonly #delimiter: number;
  #state: State = "cellStart";
  #length = 0;
  #lineCount = 0;
  #cell = 0;
  #cellBytes = 0;
  #longestCell = 0;
  #longestBytes = 0;

  constructor(delimiter: number) {
    this.#delimiter = delimiter;
  }

  get inQuotes(): boolean {
    return this.#state === "quoted";
  }

  /** True when `byte` ends the record. */
  take(byte: number): boolean {
    this.#length += 1;
    if (byte === LF) this.#lineCount += 1;
    if (this.#state === "quoted") {
      if (byte === QUOTE) this.#state = "quoteInQuoted";
      else this.#cellBytes += 1;
      return false;
    }
    if (this.#state === "quoteInQuoted" && byte === QUOTE) {
      this.#state = "quoted";
      this.#cellBytes += 1;
      return false;
    }
    if (this.#state === "cellStart" && byte === QUOTE) {
      this.#state = "quoted";
      return false;
    }
    if (byte === LF) return true;
    if (byte === this.#delimiter) this.#endCell();
    else {
      this.#state = "plain";
      this.#cellBytes += 1;
    }
    return false;
  }

  result(): SkippedRecord {
    this.#endCell();
    return {
      length: this.#length,
      lineCount: this.#lineCount,
      cell: this.#longestCell,
      cellBytes: this.#longestBytes,
    };
  }

  #endCell(): void {
    if (this.#cellBytes > this.#longestBytes) {
      this.#longestBytes = this.#cellBytes;
      this.#longestCell = this.#cell;
    }
    this.#cell += 1;
    this.#cellBytes = 0;
    this.#state = "cellStart";
  }
}
