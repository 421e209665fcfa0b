/**
 * Looks at the first bytes of a text file: a UTF-8 byte order mark is skipped; what is plainly not UTF-8 text (UTF-16,
 * UTF-32, a compressed or Parquet file) is refused by name, as every row of it would fail with a message of no help.
 */
import { TidemarkError } from "../core/errors.ts";

const REFUSED: readonly { readonly magic: readonly number[]; readonly reason: string }[] = [
  { magic: [0xff, 0xfe, 0x00, 0x00], reason: "is UTF-32LE text; convert it to UTF-8" },
  { magic: [0x00, 0x00, 0xfe, 0xff], reason: "is UTF-32BE text; convert it to UTF-8" },
  { magic: [0xff, 0xfe], reason: "is UTF-16LE text; convert it to UTF-8" },
  { magic: [0xfe, 0xff], reason: "is UTF-16BE text; convert it to UTF-8" },
  { magic: [0x1f, 0x8b], reason: "is gzip-compressed; decompress it first" },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], reason: "is zstd-compressed; decompress it first" },
  { magic: [0x50, 0x41, 0x52, 0x31], reason: "is a Parquet file; declare format parquet" },
];

/** Number of bytes to skip at the start of the file; throws FORMAT_UNSUPPORTED. */
export function textStart(bytes: Uint8Array, file: string): number {
  const refused = REFUSED.find(({ magic }) => startsWith(bytes, magic));
  if (refused !== undefined) throw new TidemarkError("FORMAT_UNSUPPORTED", { file, reason: refused.reason });
  return startsWith(bytes, [0xef, 0xbb, 0xbf]) ? 3 : 0;
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, index) => bytes[index] === byte);
}
