/** Compression of pages, one at a time: what `compress` returns is valid until `release`, which frees its memory. */
import { constants, zstdCompressSync } from "node:zlib";
import { releaseBytes, roomFor } from "../../../core/large-bytes.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import { compressSnappy } from "./snappy-compress.ts";

export type ParquetCompression = "zstd" | "snappy" | "none";

export interface PageCodec {
  /** Parquet's CompressionCodec */
  readonly code: number;
  compress(page: Uint8Array): Uint8Array;
  release(): void;
}

/** Room for a page that does not compress, so that one native call takes it whole. */
function zstdBound(bytes: number): number {
  return bytes + (bytes >> 8) + 512;
}

export function pageCodecOf(compression: ParquetCompression, zstdLevel: number): PageCodec {
  switch (compression) {
    case "none":
      return { code: 0, compress: (page) => page, release: () => undefined };
    case "snappy":
      return snappyCodec();
    case "zstd":
      return zstdCodec(zstdLevel);
  }
}

function zstdCodec(level: number): PageCodec {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  let body: Uint8Array = new Uint8Array(0);
  const compress = (page: Uint8Array): Uint8Array => {
    body = zstdCompressSync(page, { params, chunkSize: roomFor(zstdBound(page.length)) });
    return body;
  };
  return { code: 6, compress, release: () => releaseBytes(body) };
}

function snappyCodec(): PageCodec {
  const output = new ByteBuffer();
  const compress = (page: Uint8Array): Uint8Array => {
    output.length = 0;
    compressSnappy(page, output);
    return output.written();
  };
  return { code: 1, compress, release: () => output.clear(KEPT_BYTES) };
}

/** Memory kept between pages; pages are 1 MiB unless a value is larger. */
const KEPT_BYTES = 4 << 20;
