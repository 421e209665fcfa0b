/**
 * A growable run of bytes, kept from use to use. Hot loops take `bytes` and a position after `reserve`; the slack
 * behind the reserved end lets them copy in steps of eight bytes.
 */

/** Bytes that may be touched behind a reserved end. */
const SLACK_BYTES = 8;

export class ByteBuffer {
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  length = 0;

  constructor(capacityBytes: number = 1 << 12) {
    this.bytes = new Uint8Array(roundUp8(capacityBytes + SLACK_BYTES));
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` bytes after `length`. */
  reserve(count: number): void {
    const needed = this.length + count + SLACK_BYTES;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(roundUp8(Math.max(needed, this.bytes.length * 2)));
    grown.set(this.bytes.subarray(0, this.length));
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

  /** Empties it; memory far above `keepBytes` (left by one huge value) is given back. */
  clear(keepBytes: number): void {
    this.length = 0;
    const kept = roundUp8(keepBytes + SLACK_BYTES);
    if (this.bytes.length <= kept * 2) return;
    this.bytes = new Uint8Array(kept);
    this.view = new DataView(this.bytes.buffer);
  }
}

/** Buffers are seen as 4- and 8-byte words too. */
function roundUp8(count: number): number {
  return Math.ceil(count / 8) * 8;
}
