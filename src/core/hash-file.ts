/** SHA-256 of a file, in bounded memory. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

const READ_BYTES = 1 << 20;

/** Lower-case hex. */
export function hashFile(path: string): string {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  const descriptor = openSync(path, "r");
  try {
    for (;;) {
      const count = readSync(descriptor, buffer, 0, READ_BYTES, null);
      if (count === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, count));
    }
  } finally {
    closeSync(descriptor);
  }
}
