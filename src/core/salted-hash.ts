/**
 * A short name for a personal value (a key bound, a quarantined cell) in events: equal values can be matched within one
 * ledger, and nobody without its salt can guess them from a list. HMAC-SHA-256 under the ledger's salt, first 16 bytes.
 * Not a secret store: who holds the state folder holds the salt.
 */
import { createHmac } from "node:crypto";

const KEPT_BYTES = 16;

/** 32 lower-case hexadecimal digits. Text is hashed as UTF-8. */
export function saltedHash(salt: Uint8Array, value: string | Uint8Array): string {
  return createHmac("sha256", salt)
    .update(value)
    .digest("hex")
    .slice(0, 2 * KEPT_BYTES);
}
