/** Pages of one column chunk, in order: header, checksum, decompression, levels apart from values. */
import { crc32 } from "node:zlib";
import { ByteWindow, type ReadAt } from "../../byte-window.ts";
import { decompressPage } from "./decompress-page.ts";
import { HybridDecoder } from "./hybrid-decoder.ts";
import { pageFault, pageUnsupported } from "./page-fault.ts";
import { type PageHeader, parsePageHeader } from "./page-header.ts";
import type { ParquetChunk } from "./read-footer.ts";

/** A page is held as a whole; writers make them of about a MB. */
const PAGE_BYTES_MAX = 256 * 1024 * 1024;
const HEADER_BYTES_MAX = 16 * 1024 * 1024;
const RLE = 3;

export interface DataPage {
  /** rows, nulls included */
  readonly valueCount: number;
  /** parquet.thrift, Encoding */
  readonly encoding: number;
  /** null: no row is null */
  readonly levels: HybridDecoder | null;
  /** the values lie in `bytes[start, …)`; valid until the next page is read */
  readonly bytes: Uint8Array;
  readonly start: number;
}

export interface DictionaryPage {
  readonly valueCount: number;
  readonly bytes: Uint8Array;
}

export class PageReader {
  readonly #window: ByteWindow;
  readonly #chunk: ParquetChunk;
  /** place in the file of the page read last */
  pageOffset: number;

  constructor(read: ReadAt, chunk: ParquetChunk, blockBytes: number) {
    const { start, end } = chunk;
    const within: ReadAt = (target, at, length, position) =>
      read(target, at, Math.min(length, end - start - position), start + position);
    this.#window = new ByteWindow(within, { blockBytes, bytesMax: PAGE_BYTES_MAX + HEADER_BYTES_MAX });
    this.#chunk = chunk;
    this.pageOffset = start;
  }

  /** The next data page; a dictionary page before it goes to `onDictionary`. */
  next(onDictionary: (page: DictionaryPage) => void): DataPage {
    for (;;) {
      const header = this.#readHeader();
      const body = this.#readBody(header);
      if (header.kind === "dictionary") onDictionary(this.#dictionary(header, body));
      else if (header.kind !== "other")
        return header.kind === "data" ? this.#data(header, body) : this.#dataV2(header, body);
    }
  }

  #readHeader(): PageHeader {
    const window = this.#window;
    this.pageOffset = this.#chunk.start + window.offsetOf(window.start);
    for (;;) {
      const header = parsePageHeader(window.buffer, window.start, window.end);
      if (header !== null) {
        window.start += header.headerBytes;
        return header;
      }
      if (window.end - window.start > HEADER_BYTES_MAX || !window.more())
        throw pageFault("no page header where one must be: damaged, or fewer pages than rows");
    }
  }

  #readBody(header: PageHeader): Uint8Array {
    const { storedBytes, plainBytes, crc } = header;
    if (storedBytes < 0 || plainBytes < 0) throw pageFault("a page header without sizes");
    if (storedBytes > PAGE_BYTES_MAX || plainBytes > PAGE_BYTES_MAX)
      throw pageUnsupported(
        `a page of ${Math.max(storedBytes, plainBytes)} bytes; at most ${PAGE_BYTES_MAX} are read`,
      );
    const window = this.#window;
    while (window.end - window.start < storedBytes)
      if (!window.more()) throw pageFault("the page runs over the end of its column: truncated, or damaged");
    const body = window.buffer.subarray(window.start, window.start + storedBytes);
    window.start += storedBytes;
    if (crc !== null && crc32(body) !== crc >>> 0)
      throw pageFault("its checksum (CRC-32) does not match: the bytes are damaged");
    return body;
  }

  /** A dictionary outlives its page, so an uncompressed one is copied out of the window. */
  #dictionary({ valueCount, plainBytes, encoding }: PageHeader, body: Uint8Array): DictionaryPage {
    if (encoding !== 0 && encoding !== 2) throw pageUnsupported(`a dictionary in encoding ${encoding}`);
    const plain = decompressPage(this.#chunk.codec, body, plainBytes);
    return { valueCount, bytes: plain === body ? new Uint8Array(body) : plain };
  }

  #data({ valueCount, plainBytes, encoding, definitionEncoding }: PageHeader, body: Uint8Array): DataPage {
    const bytes = decompressPage(this.#chunk.codec, body, plainBytes);
    if (!this.#chunk.column.field.nullable) return { valueCount, encoding, levels: null, bytes, start: 0 };
    if (definitionEncoding !== RLE)
      throw pageUnsupported(`definition levels in encoding ${definitionEncoding}`);
    if (bytes.length < 4) throw pageFault("no definition levels");
    const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
    if (length > bytes.length - 4) throw pageFault("definition levels run over the page");
    return {
      valueCount,
      encoding,
      levels: new HybridDecoder(bytes, 4, 4 + length, 1),
      bytes,
      start: 4 + length,
    };
  }

  #dataV2(header: PageHeader, body: Uint8Array): DataPage {
    const { valueCount, encoding, definitionBytes, repetitionBytes, isCompressed } = header;
    const levelBytes = definitionBytes + repetitionBytes;
    if (definitionBytes < 0 || repetitionBytes < 0 || levelBytes > Math.min(body.length, header.plainBytes))
      throw pageFault("levels run over the page");
    const levels = this.#chunk.column.field.nullable
      ? new HybridDecoder(body, repetitionBytes, levelBytes, 1)
      : null;
    const stored = body.subarray(levelBytes);
    const bytes = isCompressed
      ? decompressPage(this.#chunk.codec, stored, header.plainBytes - levelBytes)
      : stored;
    return { valueCount, encoding, levels, bytes, start: 0 };
  }
}
