/**
 * The files source in a worker: turns the bounds of one chunk into batches. Rows that do not decode come back as failures;
 * a damaged file (truncated, bad checksum) fails the chunk, as nobody can say which rows are lost. Between batches the
 * event loop gets its turn, so that an abort is heard.
 */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { readParquetFooter, type ParquetFooter } from "../../../formats/parquet/decode/read-footer.ts";
import type { FilesSourceDefinition } from "../../../pipeline/definition.ts";
import type { ReadRequest, SourceBatch, SourceReader } from "../../source-port.ts";
import { assertStamp, assertUnchanged, decodeBounds, type FileBounds } from "./chunk-bounds.ts";
import { DataFile } from "./data-file.ts";
import { type ChunkRead, readRecords } from "./read-records.ts";
import { readRowGroup } from "./read-row-group.ts";

export function openFilesReader(definition: FilesSourceDefinition): SourceReader {
  return new FilesReader(definition);
}

class FilesReader implements SourceReader {
  readonly #definition: FilesSourceDefinition;
  /** the footer read last: the next chunk is often another row group of the same file */
  #footer: { readonly bounds: FileBounds; readonly value: ParquetFooter } | undefined;

  constructor(definition: FilesSourceDefinition) {
    this.#definition = definition;
  }

  async beginSnapshot(): Promise<void> {
    // Files are pinned by their bounds.
  }

  async *read(request: ReadRequest): AsyncGenerator<SourceBatch> {
    const bounds = decodeBounds(request.bounds);
    const path = join(this.#definition.root, bounds.file);
    assertUnchanged(path, bounds);
    const file = new DataFile(path);
    try {
      assertStamp(path, bounds, file.stamp());
      for (const batch of this.#batches({ definition: this.#definition, file, bounds, request })) {
        request.signal.throwIfAborted();
        yield batch;
        await setImmediate();
      }
      assertStamp(path, bounds, file.stamp());
    } finally {
      file.close();
    }
  }

  async close(): Promise<void> {
    this.#footer = undefined;
  }

  #batches(chunk: ChunkRead): Generator<SourceBatch> {
    return this.#definition.format === "parquet"
      ? readRowGroup(chunk, this.#footerOf(chunk))
      : readRecords(chunk);
  }

  #footerOf({ file, bounds }: ChunkRead): ParquetFooter {
    const held = this.#footer;
    const isSame = held?.bounds.file === bounds.file && held.bounds.mtimeMs === bounds.mtimeMs;
    if (held !== undefined && isSame && held.bounds.size === bounds.size) return held.value;
    const value = readParquetFooter(file.read, bounds.size, file.path);
    this.#footer = { bounds, value };
    return value;
  }
}
