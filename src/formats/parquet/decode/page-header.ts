/** Page headers, read from the Thrift compact protocol; only the fields a reader needs (parquet.thrift, PageHeader). */

export interface PageHeader {
  readonly kind: "data" | "dataV2" | "dictionary" | "other";
  readonly headerBytes: number;
  /** of the page's body as it stands in the file */
  readonly storedBytes: number;
  readonly plainBytes: number;
  readonly crc: number | null;
  readonly valueCount: number;
  /** parquet.thrift, Encoding */
  readonly encoding: number;
  readonly definitionEncoding: number;
  /** version 2 only */
  readonly definitionBytes: number;
  readonly repetitionBytes: number;
  readonly isCompressed: boolean;
}

/** Number of each struct field by id, nested structs under `parent * 100 + id`. */
type Fields = Map<number, number>;

const KINDS: readonly PageHeader["kind"][] = ["data", "other", "dictionary", "dataV2"];
const DATA = 500;
const DICTIONARY = 700;
const DATA_V2 = 800;

/** Null when the header does not end within `bytes[start, end)`: more bytes are needed, or it is broken. */
export function parsePageHeader(bytes: Uint8Array, start: number, end: number): PageHeader | null {
  const reader = new CompactReader(bytes, start, end);
  const fields: Fields = new Map();
  reader.struct(fields, 0, 0);
  if (reader.exhausted) return null;
  const number = (id: number, otherwise = 0): number => fields.get(id) ?? otherwise;
  const kind = KINDS[number(1, 1)] ?? "other";
  const base = kind === "dataV2" ? DATA_V2 : kind === "dictionary" ? DICTIONARY : DATA;
  return {
    kind,
    headerBytes: reader.at - start,
    plainBytes: number(2, -1),
    storedBytes: number(3, -1),
    crc: fields.get(4) ?? null,
    valueCount: number(base + 1, -1),
    encoding: kind === "dataV2" ? number(DATA_V2 + 4, -1) : number(base + 2, -1),
    definitionEncoding: number(DATA + 3, -1),
    definitionBytes: number(DATA_V2 + 5),
    repetitionBytes: number(DATA_V2 + 6),
    isCompressed: number(DATA_V2 + 7, 1) !== 0,
  };
}

const DEPTH_MAX = 16;

/** Reads what is there; past the end it gives zeros and says `exhausted`. */
class CompactReader {
  at: number;
  exhausted = false;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  /** `parent` is the id of the field this struct is the value of, at the top level 0. */
  struct(fields: Fields, parent: number, depth: number): void {
    let id = 0;
    if (depth > DEPTH_MAX) this.exhausted = true;
    while (!this.exhausted) {
      const byte = this.#byte();
      const type = byte & 0x0f;
      if (type === 0) return;
      id = byte >> 4 === 0 ? this.#zigzag() : id + (byte >> 4);
      this.#value(fields, { type, id: parent * 100 + id, depth });
    }
  }

  #value(fields: Fields, { type, id, depth }: { type: number; id: number; depth: number }): void {
    switch (type) {
      case 1:
      case 2:
        fields.set(id, type === 1 ? 1 : 0);
        return;
      case 3:
        fields.set(id, this.#byte());
        return;
      case 4:
      case 5:
        fields.set(id, this.#zigzag());
        return;
      case 6:
        this.#varint();
        return;
      case 7:
        this.#skip(8);
        return;
      case 8:
        this.#skip(this.#varint());
        return;
      case 9:
      case 10:
        this.#list(depth);
        return;
      case 12:
        this.struct(fields, id, depth + 1);
        return;
      default:
        this.exhausted = true;
    }
  }

  #list(depth: number): void {
    const byte = this.#byte();
    const count = byte >> 4 === 15 ? this.#varint() : byte >> 4;
    const ignored: Fields = new Map();
    for (let index = 0; index < count && !this.exhausted; index += 1) {
      const type = byte & 0x0f;
      if (type === 1 || type === 2) this.#skip(1);
      else this.#value(ignored, { type, id: 0, depth });
    }
  }

  #byte(): number {
    if (this.at >= this.#end) this.exhausted = true;
    return this.exhausted ? 0 : (this.#bytes[this.at++] ?? 0);
  }

  #skip(count: number): void {
    this.at += count;
    if (count < 0 || this.at > this.#end) this.exhausted = true;
  }

  /** Up to 35 bits are kept; longer ones are read past. */
  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count += 1) {
      const byte = this.#byte();
      if (count < 5) value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return value;
    }
    this.exhausted = true;
    return 0;
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
