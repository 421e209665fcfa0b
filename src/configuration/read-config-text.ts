/**
 * Bytes of a configuration file to text. Refuses what can not be one: a folder, a file above 4 MB, NUL bytes, another
 * encoding than UTF-8. A byte order mark is dropped.
 */
import { open } from "node:fs/promises";
import { systemCodeOf, messageOf, TidemarkError } from "../core/errors.ts";

/** Hand-written files are kilobytes; a larger one is the wrong file. */
export const CONFIG_BYTES_MAX: number = 4 * 1024 * 1024;

export interface FileName {
  /** absolute */
  readonly path: string;
  /** as people are told it */
  readonly shown: string;
}

/** Throws CONFIG_NOT_FOUND and CONFIG_UNREADABLE. */
export async function readConfigText(file: FileName): Promise<string> {
  const bytes = await readBounded(file);
  if (bytes.includes(0)) throw unreadable(file, "it holds NUL bytes: this is not a text file");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable(file, "it is not UTF-8 text; save it as UTF-8", cause);
  }
}

async function readBounded(file: FileName): Promise<Uint8Array> {
  try {
    await using handle = await open(file.path, "r");
    const stat = await handle.stat();
    if (stat.isDirectory()) throw unreadable(file, "it is a folder");
    if (stat.size > CONFIG_BYTES_MAX) throw tooLarge(file, stat.size);
    const bytes = await handle.readFile();
    if (bytes.length > CONFIG_BYTES_MAX) throw tooLarge(file, bytes.length);
    return bytes;
  } catch (cause) {
    if (cause instanceof TidemarkError) throw cause;
    if (systemCodeOf(cause) === "ENOENT")
      throw new TidemarkError("CONFIG_NOT_FOUND", { path: file.shown }, { cause });
    throw unreadable(file, REASONS.get(systemCodeOf(cause) ?? "") ?? messageOf(cause), cause);
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EISDIR", "it is a folder"],
  ["ENOTDIR", "a part of its path is a file, not a folder"],
  ["ELOOP", "its symbolic links run in a circle"],
]);

function tooLarge(file: FileName, size: number): TidemarkError {
  return unreadable(file, `it has ${size} bytes; a configuration has at most ${CONFIG_BYTES_MAX}`);
}

function unreadable(file: FileName, reason: string, cause?: unknown): TidemarkError {
  return new TidemarkError("CONFIG_UNREADABLE", { path: file.shown, reason }, { cause });
}
