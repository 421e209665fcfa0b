/**
 * The data plane's one path: read a chunk, transform it, write it, set refused rows aside, and account for every row.
 * Runs in a worker thread and holds no state that matters: killing it anywhere loses nothing but time, because parts are
 * staged and table writes are one transaction with their idempotency key.
 */
import type { ColumnBatch } from "../../columns/column-batch.ts";
import type { SinkResult, SinkWriter, WriterRequest } from "../../connectors/sink-port.ts";
import type { RowFailure, SourceBatch, SourceReader, SourceSnapshot } from "../../connectors/source-port.ts";
import type { Clock } from "../../core/clock.ts";
import { TidemarkError } from "../../core/errors.ts";
import { faultPoint } from "../../core/fault-point.ts";
import type { JsonObject } from "../../core/json-value.ts";
import type { ErrorPolicy } from "../definition.ts";
import { applyTransform } from "../transform/apply-transform.ts";
import type { CompiledTransform } from "../transform/compile-transform.ts";
import type { Balance, BatchDescriptor, BatchResult, QuarantineResult } from "./batch-descriptor.ts";
import { QuarantineFile, type QuarantineStage } from "./quarantine-file.ts";

export interface BatchPorts {
  readonly clock: Clock;
  readonly reader: SourceReader;
  readonly openWriter: (request: WriterRequest) => SinkWriter;
  readonly transform: CompiledTransform;
  readonly onError: ErrorPolicy;
  readonly maxValueBytes: number;
  readonly quarantineFolder: string;
  readonly salt: Uint8Array;
  readonly snapshot: SourceSnapshot;
  /** rows and source bytes since the last call */
  readonly onProgress: (rows: number, bytes: number) => void;
}

/** Refused rows of one chunk after which it is given up, when the policy has a bound that is broken too. */
const REFUSED_IN_CHUNK_MAX = 100_000;

/** A chunk under way is finished, or its thread is ended: nothing aborts a read in between. */
const NEVER: AbortSignal = new AbortController().signal;

/** Counts of one attempt while it runs. */
interface Tally {
  read: number;
  bytesRead: number;
}

/** Executes one attempt. Throws what reader or writer throw, after the attempt's traces are dropped. */
export async function executeBatch(descriptor: BatchDescriptor, ports: BatchPorts): Promise<BatchResult> {
  const startedMs = ports.clock.monotonicMs();
  const quarantine = new QuarantineFile({
    folder: ports.quarantineFolder,
    name: quarantineName(descriptor),
    chunk: descriptor.chunk,
    salt: ports.salt,
  });
  const writer = ports.openWriter({ key: descriptor, fields: ports.transform.outputFields });
  try {
    const tally = await copyChunk({ descriptor, ports, writer, quarantine });
    const settled = await settle(tally, writer, quarantine);
    faultPoint("worker.afterFinish");
    const durationMs = Math.round(ports.clock.monotonicMs() - startedMs);
    return { ...settled, snapshot: ports.snapshot, durationMs };
  } catch (error) {
    await dropTraces(writer, quarantine);
    throw error;
  }
}

function quarantineName({ rootRunId, chunk, attempt }: BatchDescriptor): string {
  return `${rootRunId}/c${String(chunk).padStart(5, "0")}-a${attempt}.ndjson`;
}

interface ChunkCopy {
  readonly descriptor: BatchDescriptor;
  readonly ports: BatchPorts;
  readonly writer: SinkWriter;
  readonly quarantine: QuarantineFile;
}

async function copyChunk(copy: ChunkCopy): Promise<Tally> {
  const { ports, descriptor } = copy;
  const tally: Tally = { read: 0, bytesRead: 0 };
  const request = {
    bounds: descriptor.bounds,
    fields: ports.transform.sourceFields,
    maxValueBytes: ports.maxValueBytes,
    signal: NEVER,
  };
  for await (const source of ports.reader.read(request)) {
    await copyBatch(copy, source, tally);
    ports.onProgress(source.batch.rowCount + source.failures.length, source.bytesRead);
    faultPoint("worker.afterBatch");
  }
  return tally;
}

async function copyBatch(copy: ChunkCopy, source: SourceBatch, tally: Tally): Promise<void> {
  refuse(copy, "source", source.failures);
  const { batch, failures, kept } = applyTransform(copy.ports.transform, source.batch);
  const places = failures.length === 0 ? undefined : recordPlaces(source);
  refuse(
    copy,
    "transform",
    atPlaces(failures, (row) => places?.[row] ?? row),
  );
  if (batch.rowCount > 0) await writeBatch(copy, { source, batch, kept });
  tally.read += source.batch.rowCount + source.failures.length;
  tally.bytesRead += source.bytesRead;
  assertFewRefused(copy, tally);
}

interface Transformed {
  readonly source: SourceBatch;
  readonly batch: ColumnBatch;
  readonly kept: Int32Array | null;
}

async function writeBatch(copy: ChunkCopy, { source, batch, kept }: Transformed): Promise<void> {
  const failures = await copy.writer.write(batch);
  if (failures.length === 0) return;
  const places = recordPlaces(source);
  refuse(
    copy,
    "sink",
    atPlaces(failures, (row) => places[kept?.[row] ?? row] ?? row),
  );
}

/** 0-based places within the chunk of a batch's rows: its records in order, without those that failed to decode. */
function recordPlaces({ batch, failures, firstRow }: SourceBatch): Int32Array {
  const failed = new Set(failures.map((failure) => failure.row));
  const places = new Int32Array(batch.rowCount);
  let place = firstRow;
  for (let row = 0; row < batch.rowCount; row += 1) {
    while (failed.has(place)) place += 1;
    places[row] = place++;
  }
  return places;
}

function atPlaces(failures: readonly RowFailure[], placeOf: (row: number) => number): readonly RowFailure[] {
  return failures.map((failure) => ({ ...failure, row: placeOf(failure.row) }));
}

/** The run looks at its bound after each chunk; a chunk that is refused wholesale must not fill the disk until then. */
function assertFewRefused({ quarantine, descriptor, ports }: ChunkCopy, { read }: Tally): void {
  const { stopAfterShare, stopAfterCount } = ports.onError;
  if (stopAfterShare === null && stopAfterCount === null) return;
  const countMax = Math.max(REFUSED_IN_CHUNK_MAX, 10 * (stopAfterCount ?? 0));
  if (quarantine.count <= countMax || quarantine.count <= read * (stopAfterShare ?? 0)) return;
  throw new TidemarkError("RUN_TOO_MANY_QUARANTINED", {
    pipeline: descriptor.pipeline,
    run: descriptor.runId,
    count: quarantine.count,
    read,
    threshold: `${countMax} rows of one chunk`,
  });
}

function refuse(copy: ChunkCopy, stage: QuarantineStage, failures: readonly RowFailure[]): void {
  const [first] = failures;
  if (first === undefined) return;
  if (copy.ports.onError.action === "fail") {
    // The journal keeps the message: the value that may be in `first.message` stays in the cause.
    const { column, rule, message, row } = first;
    const details = { pipeline: copy.descriptor.pipeline, row, column: column ?? "(whole row)", rule };
    throw new TidemarkError("RUN_BAD_ROW", details, {
      cause: new TidemarkError("RUN_ROW_REFUSED", { message }),
    });
  }
  copy.quarantine.add(stage, failures);
}

type Settled = Omit<BatchResult, "snapshot" | "durationMs">;

/** Quarantine first, then the sink: a row is only ever missing from the sink when its refusal is on disk. */
async function settle(tally: Tally, writer: SinkWriter, quarantine: QuarantineFile): Promise<Settled> {
  const refused = quarantine.finish();
  const accounting: Accounting = { read: tally.read, bytesRead: tally.bytesRead, refused };
  const result = await writer.finish(accounting as unknown as JsonObject);
  const recorded = result.duplicate
    ? ((result.accounting as unknown as Accounting | null) ?? accounting)
    : accounting;
  return settledFrom(result, recorded);
}

interface Accounting {
  readonly read: number;
  readonly bytesRead: number;
  readonly refused: QuarantineResult;
}

function settledFrom(result: SinkResult, { read, bytesRead, refused }: Accounting): Settled {
  const balance: Balance = { read, written: result.rows, quarantined: refused.count, filtered: 0 };
  return {
    balance,
    bytesRead,
    bytesWritten: result.bytes,
    parts: result.parts,
    quarantine: refused,
    duplicate: result.duplicate,
  };
}

async function dropTraces(writer: SinkWriter, quarantine: QuarantineFile): Promise<void> {
  try {
    quarantine.abort();
  } finally {
    await writer.abort();
  }
}
