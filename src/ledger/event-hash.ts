/**
 * The hash of an event, which chains it to the one before it in its entity:
 *
 *   eventHash = SHA-256("tidemark/event/v1\n" ‖ prev ‖ JCS(header) ‖ payloadHash)
 *
 * `prev` and `payloadHash` are 32 raw bytes; `prev` is the hash of the entity's previous event, zeros at version 1.
 * Hashes are passed as lower-case hex, which was faster to take and give than buffers. Format: `docs/formats/event.md`.
 */
import { sha256Hex } from "../core/sha256.ts";

const DOMAIN = "tidemark/event/v1\n";
const HASH_BYTES = 32;

/** Predecessor of an entity's first event. */
export const GENESIS_HASH: string = "0".repeat(HASH_BYTES * 2);

const SCRATCH_BYTES = 65_536;
const HEADER_START = DOMAIN.length + HASH_BYTES;
const scratch = Buffer.alloc(SCRATCH_BYTES);
scratch.write(DOMAIN, "latin1");

/** All hashes in lower-case hex. */
export function hashEvent(previousHash: string, header: string, payloadHash: string): string {
  const bytesMax = HEADER_START + header.length * 3 + HASH_BYTES;
  const input = bytesMax <= SCRATCH_BYTES ? scratch : bufferWithDomain(bytesMax);
  input.write(previousHash, DOMAIN.length, HASH_BYTES, "hex");
  const headerEnd = HEADER_START + input.write(header, HEADER_START, "utf8");
  input.write(payloadHash, headerEnd, HASH_BYTES, "hex");
  return sha256Hex(input.subarray(0, headerEnd + HASH_BYTES));
}

function bufferWithDomain(bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.write(DOMAIN, "latin1");
  return buffer;
}
