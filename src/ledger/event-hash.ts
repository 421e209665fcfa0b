/**
 * The hash of an event, which chains it to the one before it in its entity:
 *
 *   eventHash = SHA-256("tidemark/event/v1\n" ‖ prev ‖ JCS(header) ‖ payloadHash)
 *
 * `prev` and `payloadHash` are 32 raw bytes; `prev` is the hash of the entity's previous event, zeros at version 1.
 * The input is put together in one buffer and hashed with one call. Format: `docs/formats/event.md`.
 */
import { hash } from "node:crypto";
import { GENESIS_RAW, HASH_BYTES, hexToRaw, type RawHash, rawToHex } from "./raw-hash.ts";

const DOMAIN = "tidemark/event/v1\n";

/** Predecessor of an entity's first event, in hex. */
export const GENESIS_HASH: string = rawToHex(GENESIS_RAW);

const SCRATCH_BYTES = 65_536;
const HEADER_START = DOMAIN.length + HASH_BYTES;
const scratch = Buffer.alloc(SCRATCH_BYTES);
scratch.write(DOMAIN, "latin1");

/** All hashes in lower-case hex. */
export function hashEvent(previousHash: string, header: string, payloadHash: string): string {
  return rawToHex(hashEventRaw(hexToRaw(previousHash), header, payloadHash));
}

/** `payloadHash` in lower-case hex, as it stands in the header. */
export function hashEventRaw(previousHash: RawHash, header: string, payloadHash: string): RawHash {
  const bytesMax = HEADER_START + header.length * 3 + HASH_BYTES;
  const input = bytesMax <= SCRATCH_BYTES ? scratch : bufferWithDomain(bytesMax);
  input.write(previousHash, DOMAIN.length, HASH_BYTES, "latin1");
  const headerEnd = HEADER_START + input.write(header, HEADER_START, "utf8");
  input.write(payloadHash, headerEnd, HASH_BYTES, "hex");
  return hash("sha256", input.subarray(0, headerEnd + HASH_BYTES), "binary");
}

function bufferWithDomain(bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.write(DOMAIN, "latin1");
  return buffer;
}
