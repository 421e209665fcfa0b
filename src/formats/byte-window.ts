/**
 * A sliding window over the bytes of one file, for readers of records: `buffer[start, end)` is what is there and not
 * yet consumed. `more` moves the rest to the front and reads on; the window grows only while a record does not fit,
 * and never beyond `bytesMax`, so a hostile file cannot make it hold more.
 */
import { Buffer } from "node:buffer";

/** Reads up to `length` bytes at `position` of the file into `target` from `at`; 0 at its end. */
export type ReadAt = (target: Uint8Array, at: number, length: number, position: number) => number;

export interface WindowSizes {
  readonly blockBytes: number;
  readonly bytesMax: number;
}

/** A block of this size is read at once: larger ones gain nothing, smaller ones cost calls (measured on CSV). */
const BLOCK_BYTES = 512 * 1024;
const RECORD_ROOM_BYTES = 1024 * 1024;

/** Room for records that hold one largest value and as much again. */
export function windowSizes(maxValueBytes: number): WindowSizes {
  return { blockBytes: BLOCK_BYTES, bytesMax: maxValueBytes * 2 + RECORD_ROOM_BYTES };
}

export class ByteWindow {
  buffer: Buffer;
  start = 0;
  end = 0;
  /** the file has no more bytes than those in the window */
  ended = false;
  readonly #read: ReadAt;
  readonly #sizes: WindowSizes;
  /** place in the file of `buffer[0]` */
  #base = 0;

  constructor(read: ReadAt, sizes: WindowSizes) {
    this.#read = read;
    this.#sizes = sizes;
    this.buffer = Buffer.allocUnsafeSlow(Math.min(sizes.blockBytes, sizes.bytesMax));
  }

  /** Place in the file of `buffer[at]`. */
  offsetOf(at: number): number {
    return this.#base + at;
  }

  /** Reads on. False when the file has ended, or when the window is full of one record (`full`). */
  more(): boolean {
    if (this.ended) return false;
    this.#compact();
    if (this.end === this.buffer.length && !this.#grow()) return false;
    const room = this.buffer.length - this.end;
    const got = this.#read(this.buffer, this.end, room, this.#base + this.end);
    this.end += got;
    if (got === 0) this.ended = true;
    return got > 0;
  }

  get full(): boolean {
    return this.end - this.start >= this.#sizes.bytesMax;
  }

  #compact(): void {
    if (this.start === 0) return;
    this.buffer.copyWithin(0, this.start, this.end);
    this.#base += this.start;
    this.end -= this.start;
    this.start = 0;
  }

  #grow(): boolean {
    if (this.buffer.length >= this.#sizes.bytesMax) return false;
    const grown = Buffer.allocUnsafeSlow(Math.min(this.#sizes.bytesMax, this.buffer.length * 2));
    grown.set(this.buffer.subarray(0, this.end));
    this.buffer = grown;
    return true;
  }
}
