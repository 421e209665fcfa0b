/**
 * Thrift's compact protocol, as far as Parquet's headers and footer need it: structs, lists, unions (a struct with one
 * field), i8 to i64, bool, binary. Fields must be written in ascending id order.
 */
import { ByteBuffer } from "./byte-buffer.ts";

const TYPE = {
  boolTrue: 1,
  boolFalse: 2,
  i8: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  binary: 8,
  list: 9,
  struct: 12,
} as const;

const utf8 = new TextEncoder();

export class ThriftWriter {
  readonly buffer: ByteBuffer = new ByteBuffer();
  #lastField = 0;

  i8(field: number, value: number): void {
    this.#header(field, TYPE.i8);
    this.buffer.appendByte(value & 0xff);
  }

  i16(field: number, value: number): void {
    this.#header(field, TYPE.i16);
    this.buffer.appendVarint(zigzag32(value));
  }

  i32(field: number, value: number): void {
    this.#header(field, TYPE.i32);
    this.buffer.appendVarint(zigzag32(value));
  }

  /** A non-negative safe integer. */
  i64(field: number, value: number): void {
    this.#header(field, TYPE.i64);
    this.buffer.appendVarint(value * 2);
  }

  bool(field: number, value: boolean): void {
    this.#header(field, value ? TYPE.boolTrue : TYPE.boolFalse);
  }

  binary(field: number, value: Uint8Array): void {
    this.#header(field, TYPE.binary);
    this.#bytes(value);
  }

  string(field: number, value: string): void {
    this.binary(field, utf8.encode(value));
  }

  struct(field: number, write: () => void): void {
    this.#header(field, TYPE.struct);
    this.message(write);
  }

  /** A struct that is no field: a whole message, or an element of a list. */
  message(write: () => void): void {
    const outer = this.#lastField;
    this.#lastField = 0;
    write();
    this.buffer.appendByte(0);
    this.#lastField = outer;
  }

  i32List(field: number, values: readonly number[]): void {
    this.#listHeader(field, TYPE.i32, values.length);
    for (const value of values) this.buffer.appendVarint(zigzag32(value));
  }

  stringList(field: number, values: readonly string[]): void {
    this.#listHeader(field, TYPE.binary, values.length);
    for (const value of values) this.#bytes(utf8.encode(value));
  }

  structList<Item>(field: number, items: readonly Item[], write: (item: Item, index: number) => void): void {
    this.#listHeader(field, TYPE.struct, items.length);
    for (const [index, item] of items.entries()) this.message(() => write(item, index));
  }

  #bytes(value: Uint8Array): void {
    this.buffer.appendVarint(value.length);
    this.buffer.append(value);
  }

  #header(field: number, type: number): void {
    const delta = field - this.#lastField;
    if (delta > 0 && delta < 16) this.buffer.appendByte((delta << 4) | type);
    else {
      this.buffer.appendByte(type);
      this.buffer.appendVarint(zigzag32(field));
    }
    this.#lastField = field;
  }

  #listHeader(field: number, type: number, size: number): void {
    this.#header(field, TYPE.list);
    if (size < 15) this.buffer.appendByte((size << 4) | type);
    else {
      this.buffer.appendByte(0xf0 | type);
      this.buffer.appendVarint(size);
    }
  }
}

function zigzag32(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}
