/**
 * The workers of one run and the snapshots their readers stand in. All workers share one snapshot of the source from the
 * start; a worker that is replaced, or whose snapshot is older than allowed, gets a new one, and the run is then
 * `perChunk`: every snapshot is listed with the chunks it served. Nobody works without a snapshot.
 */
import type { Source } from "../../connectors/source-port.ts";
import type { Clock } from "../../core/clock.ts";
import type { BatchDescriptor, BatchResult } from "./batch-descriptor.ts";
import { DataWorker, type DataWorkerOptions } from "./data-worker.ts";

export interface CrewOptions {
  readonly clock: Clock;
  readonly source: Source;
  readonly worker: DataWorkerOptions;
  readonly size: number;
  /** Infinity: never renewed */
  readonly maxSnapshotAgeMs: number;
}

export class WorkerCrew {
  readonly #options: CrewOptions;
  readonly #workers: (DataWorker | undefined)[];
  #taking: Promise<unknown> = Promise.resolve();

  private constructor(options: CrewOptions, workers: DataWorker[]) {
    this.#options = options;
    this.#workers = workers;
  }

  /** Starts the threads and brings all of them into one snapshot. */
  static async start(options: CrewOptions): Promise<WorkerCrew> {
    const starting = Array.from({ length: options.size }, () => DataWorker.start(options.worker));
    const settled = await Promise.allSettled(starting);
    const workers = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const crew = new WorkerCrew(options, workers);
    try {
      for (const one of settled) if (one.status === "rejected") throw one.reason;
      await crew.#takeSnapshot(workers);
      return crew;
    } catch (error) {
      await crew.kill();
      throw error;
    }
  }

  get size(): number {
    return this.#workers.length;
  }

  /** Executes on the worker of one slot, which nobody else uses meanwhile. */
  async execute(slot: number, descriptor: BatchDescriptor): Promise<BatchResult> {
    const worker = await this.#readyWorker(slot);
    return worker.execute(descriptor);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(async (worker) => worker?.close()));
  }

  async kill(): Promise<void> {
    await Promise.all(this.#workers.map(async (worker) => worker?.kill()));
  }

  async #readyWorker(slot: number): Promise<DataWorker> {
    let worker = this.#workers[slot];
    if (worker === undefined || worker.isDead) {
      worker = await DataWorker.start(this.#options.worker);
      this.#workers[slot] = worker;
    }
    if (this.#isStale(worker)) await this.#takeSnapshot([worker]);
    return worker;
  }

  #isStale(worker: DataWorker): boolean {
    if (worker.snapshot === undefined) return true;
    return (
      this.#options.clock.monotonicMs() - worker.snapshot.takenMonotonicMs > this.#options.maxSnapshotAgeMs
    );
  }

  /** One at a time: taking a snapshot locks the source's writers out for a moment. */
  #takeSnapshot(workers: readonly DataWorker[]): Promise<void> {
    const taken = this.#taking.then(() => this.#takeNow(workers));
    this.#taking = taken.catch(() => undefined);
    return taken;
  }

  async #takeNow(workers: readonly DataWorker[]): Promise<void> {
    const snapshot = await this.#options.source.shareSnapshot(async (taken) => {
      await Promise.all(workers.map((worker) => worker.beginSnapshot(taken)));
    });
    const takenMonotonicMs = this.#options.clock.monotonicMs();
    for (const worker of workers) worker.snapshot = { id: snapshot.id, takenMonotonicMs };
  }
}
