/**
 * One staged part: bytes go through a buffer into the file and the hash, and are flushed before the part counts.
 * The folder is flushed too, so that a recorded part survives power loss.
 */
import { createHash, type Hash } from "node:crypto";
import { closeSync, fsyncSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { flushFolder, makeFolderDurably, writeFully } from "../../../core/durable-file.ts";
import { faultPoint } from "../../../core/fault-point.ts";
import { asSinkError } from "./sink-errors.ts";

const BUFFER_BYTES = 256 * 1024;

export class PartFile {
  readonly #path: string;
  readonly #pipeline: string;
  readonly #hash: Hash = createHash("sha256");
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #buffered = 0;
  #bytes = 0;
  #descriptor: number | undefined;

  /** Makes the file; one of the same name, left by a killed process with the same attempt number, is overwritten. */
  constructor(path: string, pipeline: string) {
    this.#path = path;
    this.#pipeline = pipeline;
    this.#guard(() => {
      makeFolderDurably(dirname(path));
      this.#descriptor = openSync(path, "w", 0o644);
    });
  }

  /** Takes the bytes at once; they may be reused by the caller. */
  write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    if (bytes.length > BUFFER_BYTES - this.#buffered) this.#spill();
    if (bytes.length >= BUFFER_BYTES) {
      this.#writeOut(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#buffered);
    this.#buffered += bytes.length;
  }

  /** Flushes file and folder; returns size and hash. */
  finish(): { readonly bytes: number; readonly sha256: string } {
    this.#spill();
    this.#guard(() => {
      faultPoint("stage.beforeFlush");
      const descriptor = this.#open();
      fsyncSync(descriptor);
      closeSync(descriptor);
      this.#descriptor = undefined;
      flushFolder(dirname(this.#path));
    });
    faultPoint("stage.afterFlush");
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  abort(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    rmSync(this.#path, { force: true });
  }

  #spill(): void {
    if (this.#buffered === 0) return;
    this.#writeOut(this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }

  #writeOut(bytes: Uint8Array): void {
    this.#guard(() => {
      writeFully(this.#open(), bytes);
      faultPoint("stage.afterWrite");
    });
  }

  #open(): number {
    return this.#descriptor ?? -1;
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      throw asSinkError(error, this.#path, this.#pipeline);
    }
  }
}
