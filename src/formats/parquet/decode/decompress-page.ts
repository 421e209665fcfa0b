/** Page bodies to plain bytes, by codec. zstd, gzip and brotli are Node's; what they make is bounded by the page header. */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { messageOf, TidemarkError } from "../../../core/errors.ts";
import { lz4Decompress } from "./lz4-decompress.ts";
import { pageFault, pageUnsupported } from "./page-fault.ts";
import { snappyDecompress } from "./snappy-decompress.ts";

/** Exactly `plainBytes` long, or throws; with codec UNCOMPRESSED the input itself. */
export function decompressPage(codec: string, input: Uint8Array, plainBytes: number): Uint8Array {
  if (codec === "UNCOMPRESSED") return input;
  if (plainBytes === 0) return input.subarray(0, 0);
  const output = decompress(codec, input, plainBytes);
  if (output.length !== plainBytes)
    throw pageFault(`${codec} gives ${output.length} bytes instead of ${plainBytes}`);
  return output;
}

function decompress(codec: string, input: Uint8Array, plainBytes: number): Uint8Array {
  switch (codec) {
    case "SNAPPY":
      return intoFresh(plainBytes, (output) => snappyDecompress(input, output));
    case "LZ4_RAW":
      return intoFresh(plainBytes, (output) => lz4Decompress(input, output));
    case "ZSTD":
      return bounded(() => zstdDecompressSync(input, { maxOutputLength: plainBytes }));
    case "GZIP":
      return bounded(() => gunzipSync(input, { maxOutputLength: plainBytes }));
    case "BROTLI":
      return bounded(() => brotliDecompressSync(input, { maxOutputLength: plainBytes }));
    default:
      throw pageUnsupported(`compression ${codec} is not supported; rewrite the file with zstd or snappy`);
  }
}

function intoFresh(plainBytes: number, decode: (output: Uint8Array) => void): Uint8Array {
  const output = new Uint8Array(plainBytes);
  decode(output);
  return output;
}

function bounded(decode: () => Uint8Array): Uint8Array {
  try {
    return decode();
  } catch (cause) {
    throw new TidemarkError(
      "FORMAT_CORRUPT",
      { file: "page", reason: `does not decompress: ${messageOf(cause)}` },
      { cause },
    );
  }
}
