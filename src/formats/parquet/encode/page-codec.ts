/** Compression of pages. What `compress` returns is valid until its next call. */
import { constants, zstdCompressSync } from "node:zlib";
import { ByteBuffer } from "./byte-buffer.ts";
import { compressSnappy } from "./snappy-compress.ts";

export type ParquetCompression = "zstd" | "snappy" | "none";

export interface PageCodec {
  /** Parquet's CompressionCodec */
  readonly code: number;
  compress(page: Uint8Array): Uint8Array;
}

/** Room for a page that does not compress, so that one native call takes it whole. */
function zstdBound(bytes: number): number {
  return bytes + (bytes >> 8) + 512;
}

export function pageCodecOf(compression: ParquetCompression, zstdLevel: number): PageCodec {
  switch (compression) {
    case "none":
      return { code: 0, compress: (page) => page };
    case "snappy":
      return snappyCodec();
    case "zstd": {
      const params = { [constants.ZSTD_c_compressionLevel]: zstdLevel };
      return {
        code: 6,
        compress: (page) => zstdCompressSync(page, { params, chunkSize: zstdBound(page.length) }),
      };
    }
  }
}

function snappyCodec(): PageCodec {
  const output = new ByteBuffer();
  const compress = (page: Uint8Array): Uint8Array => {
    output.clear(KEPT_BYTES);
    compressSnappy(page, output);
    return output.written();
  };
  return { code: 1, compress };
}

/** Memory kept between pages; pages are 1 MiB unless a value is larger. */
const KEPT_BYTES = 4 << 20;
