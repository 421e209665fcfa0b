/**
 * Cuts one CSV record (RFC 4180) into cells, on bytes, without copying. The scanner is reused: after `scan` its arrays
 * describe the last record. A quote opens a quoted cell only as the first byte of a cell; inside, `""` is a quote.
 * Lines end in LF or CRLF; a lone CR is data. What breaks the grammar is noted in `problem` and scanning goes on to the
 * end of the line, so that one bad record does not take its neighbours along.
 */

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

export const INCOMPLETE = -1;

export type CsvProblem = "none" | "unterminated" | "quoteInside" | "textAfterQuote";

export class CsvScanner {
  starts: Int32Array = new Int32Array(64);
  ends: Int32Array = new Int32Array(64);
  /** 0 unquoted, 1 quoted, 2 quoted with `""` inside */
  quoting: Uint8Array = new Uint8Array(64);
  cellCount = 0;
  /** line ends within the record, its own included */
  lineCount = 0;
  problem: CsvProblem = "none";
  readonly #delimiter: number;
  /** where the cell that was scanned last stopped */
  #at = 0;

  constructor(delimiter: number) {
    this.#delimiter = delimiter;
  }

  /** Position after the record at `start`, or INCOMPLETE when more bytes are needed to tell; `ended`: there are none. */
  scan(bytes: Uint8Array, start: number, end: number, ended: boolean): number {
    this.cellCount = 0;
    this.lineCount = 0;
    this.problem = "none";
    this.#at = start;
    for (;;) {
      const complete =
        bytes[this.#at] === QUOTE && this.#at < end
          ? this.#scanQuoted(bytes, end, ended)
          : this.#scanPlain(bytes, end, ended);
      if (!complete) return INCOMPLETE;
      if (this.#at >= end) return end;
      const byte = bytes[this.#at];
      this.#at += 1;
      if (byte === LF) {
        this.lineCount += 1;
        return this.#at;
      }
    }
  }

  /** The one cell of a blank line. */
  get isBlank(): boolean {
    return this.cellCount === 1 && this.quoting[0] === 0 && this.starts[0] === this.ends[0];
  }

  #scanPlain(bytes: Uint8Array, end: number, ended: boolean): boolean {
    const delimiter = this.#delimiter;
    const start = this.#at;
    let at = start;
    let byte = 0;
    while (at < end) {
      byte = bytes[at] ?? 0;
      if (byte === delimiter || byte === LF) break;
      if (byte === QUOTE) this.problem = "quoteInside";
      at += 1;
    }
    if (at >= end && !ended) return false;
    const cellEnd = at < end && byte === LF && at > start && bytes[at - 1] === CR ? at - 1 : at;
    this.#push(start, cellEnd, 0);
    this.#at = at;
    return true;
  }

  #scanQuoted(bytes: Uint8Array, end: number, ended: boolean): boolean {
    const start = this.#at + 1;
    let at = start;
    let quoting = 1;
    for (;;) {
      while (at < end && bytes[at] !== QUOTE) {
        if (bytes[at] === LF) this.lineCount += 1;
        at += 1;
      }
      if (at + 1 >= end && !ended) return false;
      if (at >= end) {
        this.problem = "unterminated";
        this.#push(start, end, quoting);
        this.#at = end;
        return true;
      }
      if (at + 1 >= end || bytes[at + 1] !== QUOTE) break;
      quoting = 2;
      at += 2;
    }
    this.#push(start, at, quoting);
    this.#at = at + 1;
    return this.#endQuoted(bytes, end, ended);
  }

  /** After a closing quote only a delimiter or the end of the line may come. */
  #endQuoted(bytes: Uint8Array, end: number, ended: boolean): boolean {
    let at = this.#at;
    if (at < end && bytes[at] === CR) {
      if (at + 1 >= end && !ended) return false;
      if (bytes[at + 1] === LF && at + 1 < end) at += 1;
    }
    if (at < end && bytes[at] !== this.#delimiter && bytes[at] !== LF) {
      this.problem = "textAfterQuote";
      while (at < end && bytes[at] !== this.#delimiter && bytes[at] !== LF) at += 1;
    }
    if (at >= end && !ended) return false;
    this.#at = at;
    return true;
  }

  #push(start: number, end: number, quoting: number): void {
    const cell = this.cellCount;
    if (cell === this.starts.length) this.#grow();
    this.starts[cell] = start;
    this.ends[cell] = end;
    this.quoting[cell] = quoting;
    this.cellCount = cell + 1;
  }

  #grow(): void {
    const room = this.starts.length * 2;
    const starts = new Int32Array(room);
    const ends = new Int32Array(room);
    const quoting = new Uint8Array(room);
    starts.set(this.starts);
    ends.set(this.ends);
    quoting.set(this.quoting);
    this.starts = starts;
    this.ends = ends;
    this.quoting = quoting;
  }
}
