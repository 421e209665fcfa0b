/**
 * A growable run of bytes, kept from use to use. Hot loops take `bytes` and a position after `reserve`; the slack
 * behind the reserved end lets them copy in steps of eight bytes.
 */

import { grownRoom, releaseBytes } from "../../../core/large-bytes.ts";

/** Bytes that may be touched behind a reserved end. */
const SLACK_BYTES = 8;

/** Capacity of a new buffer, and of one whose memory was given back. */
const CLEARED_BYTES = 1 << 12;

export class ByteBuffer {
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  length = 0;

  constructor(capacityBytes: number = CLEARED_BYTES) {
    this.bytes = new Uint8Array(roundUp8(capacityBytes + SLACK_BYTES));
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` bytes after `length`; views taken before are then void. */
  reserve(count: number): void {
    const needed = this.length + count + SLACK_BYTES;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(roundUp8(grownRoom(this.bytes.length, needed)));
    grown.set(this.bytes.subarray(0, this.length));
    releaseBytes(this.bytes);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  appendByte(byte: number): void {
    this.reserve(1);
    this.bytes[this.length] = byte;
    this.length += 1;
  }

  /** Unsigned LEB128 of a non-negative safe integer. */
  appendVarint(value: number): void {
    this.reserve(10);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length] = (rest % 0x80) | 0x80;
      this.length += 1;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length] = rest;
    this.length += 1;
  }

  written(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  /** Empties it; when its memory is far above `keepBytes` (left by one huge value), all of it is given back. */
  clear(keepBytes: number): void {
    this.length = 0;
    if (this.bytes.length <= roundUp8(keepBytes + SLACK_BYTES) * 2) return;
    releaseBytes(this.bytes);
    this.bytes = new Uint8Array(CLEARED_BYTES);
    this.view = new DataView(this.bytes.buffer);
  }
}

/** Buffers are seen as 4- and 8-byte words too. */
function roundUp8(count: number): number {
  return Math.ceil(count / 8) * 8;
}
