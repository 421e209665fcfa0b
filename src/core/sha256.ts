/**
 * SHA-256 of bytes and of UTF-8 text, in one shot. Several chunks hash as if they were joined.
 * The digest takes the way over a "binary" string because that was twice as fast as asking Node.js for a Buffer
 * (0.7 against 1.5 µs for 200 bytes).
 */
import { createHash, hash } from "node:crypto";

export type HashChunk = Uint8Array | string;

/** 32 bytes. */
export function sha256(...chunks: readonly HashChunk[]): Buffer {
  return Buffer.from(digest(chunks, "binary"), "latin1");
}

/** 64 lower-case hexadecimal digits. */
export function sha256Hex(...chunks: readonly HashChunk[]): string {
  return digest(chunks, "hex");
}

function digest(chunks: readonly HashChunk[], encoding: "binary" | "hex"): string {
  const [only, ...others] = chunks;
  if (only !== undefined && others.length === 0) return hash("sha256", only, encoding);
  const state = createHash("sha256");
  for (const chunk of chunks) state.update(chunk);
  return state.digest(encoding);
}
