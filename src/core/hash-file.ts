/** SHA-256 of a file, in bounded memory and in slices: a large file must not keep the main thread from its other work. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

const READ_BYTES = 1 << 20;

/** Lower-case hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  const file = await open(path, "r");
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, null);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
