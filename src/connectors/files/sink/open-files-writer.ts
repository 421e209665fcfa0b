/**
 * The worker's side of the files sink: encodes the batches of one chunk attempt into staged parts, starts a new part
 * when one has reached its size, and keeps checksums per column. Nothing it writes is visible to a reader by glob.
 */
import { join } from "node:path";
import type { ColumnBatch, Field } from "../../../columns/column-batch.ts";
import { ColumnChecksums } from "../../../columns/column-checksum.ts";
import { CsvWriter } from "../../../formats/csv/csv-writer.ts";
import { NdjsonWriter } from "../../../formats/ndjson/ndjson-writer.ts";
import { ParquetWriter } from "../../../formats/parquet/encode/file-writer.ts";
import { TidemarkError } from "../../../core/errors.ts";
import type { FilesSinkDefinition } from "../../../pipeline/definition.ts";
import type { RowFailure } from "../../source-port.ts";
import type { AttemptKey, Part, SinkResult, SinkWriter, WriterRequest } from "../../sink-port.ts";
import { type Destination, partName, stagedPath } from "./destination.ts";
import { PartFile } from "./part-file.ts";

/** What every format's encoder offers. */
interface Encoder {
  readonly bytesEstimate: number;
  readonly rowCount: number;
  write(batch: ColumnBatch): void;
  finish(): void;
}

interface OpenPart {
  readonly file: PartFile;
  readonly encoder: Encoder;
  readonly checksums: ColumnChecksums;
  readonly number: number;
}

/** Each part of a chunk is an event of its commit, and one append holds 10,000. */
const PARTS_PER_CHUNK_MAX = 5_000;

/** Writers of one worker; each call is one chunk attempt. */
export function openFilesWriter(
  definition: FilesSinkDefinition,
  destination: Destination,
): (request: WriterRequest) => SinkWriter {
  return (request) => new FilesWriter({ definition, destination, request });
}

interface WriterContext {
  readonly definition: FilesSinkDefinition;
  readonly destination: Destination;
  readonly request: WriterRequest;
}

class FilesWriter implements SinkWriter {
  readonly #context: WriterContext;
  readonly #parts: Part[] = [];
  #open: OpenPart | undefined;

  constructor(context: WriterContext) {
    this.#context = context;
  }

  async write(batch: ColumnBatch): Promise<readonly RowFailure[]> {
    this.#open ??= this.#startPart();
    this.#open.encoder.write(batch);
    this.#open.checksums.update(batch);
    if (this.#open.encoder.bytesEstimate >= this.#context.definition.partBytes) this.#closePart(this.#open);
    return [];
  }

  async finish(): Promise<SinkResult> {
    // An empty source still has columns: its first chunk leaves a part without rows.
    if (this.#context.request.key.chunk === 0 && this.#parts.length === 0) this.#open ??= this.#startPart();
    if (this.#open !== undefined) this.#closePart(this.#open);
    const sum = (pick: (part: Part) => number): number =>
      this.#parts.reduce((total, part) => total + pick(part), 0);
    const rows = sum((part) => part.rows);
    const bytes = sum((part) => part.bytes);
    return { parts: this.#parts, rows, bytes, duplicate: false, accounting: null };
  }

  /** Parts already finished stay staged: they are dropped when the chain is resumed or published. */
  async abort(): Promise<void> {
    this.#open?.file.abort();
    this.#open = undefined;
  }

  #startPart(): OpenPart {
    const { destination, request } = this.#context;
    const number = this.#parts.length + 1;
    if (number > PARTS_PER_CHUNK_MAX) throw tooManyParts(this.#context);
    const { rootRunId, chunk, attempt, pipeline } = request.key;
    const file = new PartFile(
      join(destination.folder, stagedPath(rootRunId, chunk, number, attempt)),
      pipeline,
    );
    const encoder = openEncoder(destination, request.fields, (bytes) => file.write(bytes));
    return { file, encoder, checksums: new ColumnChecksums(request.fields), number };
  }

  #closePart({ file, encoder, checksums, number }: OpenPart): void {
    encoder.finish();
    const written = file.finish();
    this.#open = undefined;
    const key: AttemptKey = this.#context.request.key;
    this.#parts.push({
      name: partName(this.#context.destination.format, key.rootRunId, key.chunk, number),
      staged: stagedPath(key.rootRunId, key.chunk, number, key.attempt),
      part: number,
      rows: encoder.rowCount,
      ...written,
      columns: checksums.finish(),
    });
  }
}

function tooManyParts({ definition, request }: WriterContext): TidemarkError {
  const { pipeline, chunk } = request.key;
  const reason = `chunk ${chunk} makes more than ${PARTS_PER_CHUNK_MAX} parts of ${definition.partBytes} bytes: give the sink a larger partSize`;
  return new TidemarkError("PLAN_INVALID", { pipeline, reason });
}

function openEncoder(
  destination: Destination,
  fields: readonly Field[],
  output: (bytes: Uint8Array) => void,
): Encoder {
  switch (destination.format) {
    case "parquet":
      return new ParquetWriter({ fields, compression: destination.compression }, output);
    case "csv":
      return new CsvWriter({ fields, header: true, delimiter: "," }, output);
    case "ndjson":
      return new NdjsonWriter({ fields }, output);
  }
}
