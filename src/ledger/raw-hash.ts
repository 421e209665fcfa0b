/**
 * A SHA-256 as text of 32 characters, each the value of one byte. Strings are what Node.js hashes into, copies and passes
 * between threads fastest, and these are half as long as hex. For the way through the storage engine only: people, events
 * read back and files have lower-case hex.
 */
export type RawHash = string;

export const HASH_BYTES = 32;

/** Predecessor of an entity's first event. */
export const GENESIS_RAW: RawHash = "\u0000".repeat(HASH_BYTES);

const scratch = Buffer.alloc(HASH_BYTES);

export function rawToHex(raw: RawHash): string {
  scratch.write(raw, "latin1");
  return scratch.toString("hex");
}

/** `hex` has 64 digits. */
export function hexToRaw(hex: string): RawHash {
  scratch.write(hex, "hex");
  return scratch.toString("latin1");
}

/** From a blob of 32 bytes. */
export function bytesToRaw(bytes: Uint8Array): RawHash {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
