/** Bytes of a text file on their way out: small pieces are gathered and handed on in blocks. The output copies or writes them at once. */
import { Buffer } from "node:buffer";

const BLOCK_BYTES = 64 * 1024;
/** Most bytes one unchecked append may take; block and reserve are one buffer. */
const RESERVE_BYTES = 4096;

export type TextOutput = (bytes: Uint8Array) => void;

export class TextBuffer {
  readonly #output: TextOutput;
  readonly #bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES + RESERVE_BYTES);
  #used = 0;
  #handedOn = 0;

  constructor(output: TextOutput) {
    this.#output = output;
  }

  /** Bytes so far, handed on or not. */
  get byteCount(): number {
    return this.#handedOn + this.#used;
  }

  byte(byte: number): void {
    if (this.#used >= BLOCK_BYTES) this.flush();
    this.#bytes[this.#used++] = byte;
  }

  /** Text of bytes below 0x80. */
  ascii(text: string): void {
    if (this.#used >= BLOCK_BYTES) this.flush();
    if (text.length > RESERVE_BYTES) {
      this.raw(Buffer.from(text, "latin1"), 0, text.length);
      return;
    }
    for (let index = 0; index < text.length; index += 1) this.#bytes[this.#used++] = text.charCodeAt(index);
  }

  /** Decimal digits of a safe integer. */
  int(value: number): void {
    if (this.#used >= BLOCK_BYTES) this.flush();
    let rest = value;
    if (rest < 0) {
      this.#bytes[this.#used++] = 0x2d;
      rest = -rest;
    }
    let digitCount = 1;
    for (let bound = 10; bound <= rest; bound *= 10) digitCount += 1;
    for (let at = this.#used + digitCount - 1; at >= this.#used; at -= 1) {
      const tenth = Math.floor(rest / 10);
      this.#bytes[at] = 0x30 + rest - tenth * 10;
      rest = tenth;
    }
    this.#used += digitCount;
  }

  /** A whole number >= 0 in exactly `width` digits, zeros in front. */
  digits(value: number, width: number): void {
    if (this.#used >= BLOCK_BYTES) this.flush();
    let rest = value;
    for (let at = this.#used + width - 1; at >= this.#used; at -= 1) {
      const tenth = Math.floor(rest / 10);
      this.#bytes[at] = 0x30 + rest - tenth * 10;
      rest = tenth;
    }
    this.#used += width;
  }

  /** Copies `bytes[start, end)`. */
  raw(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.#used + length > this.#bytes.length) this.flush();
    if (length > this.#bytes.length) {
      this.#handedOn += length;
      this.#output(bytes.subarray(start, end));
      return;
    }
    if (length < 32) {
      for (let at = start; at < end; at += 1) this.#bytes[this.#used++] = bytes[at] ?? 0;
      return;
    }
    this.#bytes.set(bytes.subarray(start, end), this.#used);
    this.#used += length;
  }

  flush(): void {
    if (this.#used === 0) return;
    this.#handedOn += this.#used;
    const used = this.#used;
    this.#used = 0;
    this.#output(this.#bytes.subarray(0, used));
  }
}
