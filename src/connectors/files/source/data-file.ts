/** An open data file, read by position. Reads are synchronous: they go to the page cache, and workers have a thread of their own. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { messageOf, TidemarkError } from "../../../core/errors.ts";
import type { ReadAt } from "../../../formats/byte-window.ts";

export class DataFile {
  readonly path: string;
  readonly #descriptor: number;
  #bytesRead = 0;

  constructor(path: string) {
    this.path = path;
    this.#descriptor = this.#guard(() => openSync(path, "r"));
  }

  /** Bytes read so far. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  readonly read: ReadAt = (target, at, length, position) => {
    if (length <= 0) return 0;
    const got = this.#guard(() => readSync(this.#descriptor, target, at, length, position));
    this.#bytesRead += got;
    return got;
  };

  stamp(): { readonly size: number; readonly mtimeMs: number } {
    const { size, mtimeMs } = this.#guard(() => fstatSync(this.#descriptor));
    return { size, mtimeMs: Math.floor(mtimeMs) };
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #guard<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      throw new TidemarkError("SOURCE_UNREADABLE", { path: this.path, reason: messageOf(cause) }, { cause });
    }
  }
}

/** Opens, works, closes. */
export function withDataFile<T>(path: string, work: (file: DataFile) => T): T {
  const file = new DataFile(path);
  try {
    return work(file);
  } finally {
    file.close();
  }
}
