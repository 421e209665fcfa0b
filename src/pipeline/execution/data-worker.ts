/**
 * The control plane's handle on one data worker thread. States: starting -> ready <-> busy -> closed, and dead from any
 * of them: a request under way is then rejected with RUN_WORKER_DIED (retried), and the owner starts another worker.
 */
import { Worker } from "node:worker_threads";
import type { SourceSnapshot } from "../../connectors/source-port.ts";
import { assert, deserializeError, messageOf, TidemarkError } from "../../core/errors.ts";
import type { BatchDescriptor, BatchResult } from "./batch-descriptor.ts";
import type { WorkerReply, WorkerRequest, WorkerStart } from "./worker-messages.ts";

export interface DataWorkerOptions {
  /** entry file of the thread */
  readonly entry: URL;
  readonly start: WorkerStart;
  readonly onProgress: (rows: number, bytes: number) => void;
}

/** Young generation of a worker, MB: pages of rows die young; a small one keeps peak memory low, at no cost measured (250 MB instead of 280). */
const YOUNG_GENERATION_MB = 8;

interface Pending {
  readonly resolve: (reply: WorkerReply) => void;
  readonly reject: (error: Error) => void;
}

export class DataWorker {
  readonly #worker: Worker;
  readonly #onProgress: DataWorkerOptions["onProgress"];
  #pending: Pending | undefined;
  #dead: TidemarkError | undefined;
  /** id of the snapshot its reader stands in, with the monotonic instant it was taken */
  snapshot: { readonly id: string; readonly takenMonotonicMs: number } | undefined;

  private constructor(options: DataWorkerOptions) {
    this.#onProgress = options.onProgress;
    this.#worker = new Worker(options.entry, {
      workerData: options.start,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#worker.on("message", (reply: WorkerReply) => this.#receive(reply));
    this.#worker.on("error", (error: unknown) => this.#die(messageOf(error), error));
    this.#worker.on("exit", (code) => this.#die(`exit code ${code}`));
  }

  /** Starts a thread and waits until it has opened its connections; throws what opening threw. */
  static async start(options: DataWorkerOptions): Promise<DataWorker> {
    const worker = new DataWorker(options);
    await worker.#reply();
    return worker;
  }

  get isDead(): boolean {
    return this.#dead !== undefined;
  }

  async beginSnapshot(snapshot: SourceSnapshot): Promise<void> {
    await this.#request({ type: "snapshot", snapshot });
  }

  async execute(descriptor: BatchDescriptor): Promise<BatchResult> {
    const reply = await this.#request({ type: "execute", descriptor });
    assert(reply.type === "result", "execute is answered by a result");
    return reply.result;
  }

  /** Lets the thread close its connections and end. */
  async close(): Promise<void> {
    if (this.#dead !== undefined) return;
    await this.#request({ type: "close" });
    await this.#worker.terminate();
  }

  /** Ends the thread now; what it staged stays behind and is dropped by the next attempt or resume. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
  }

  async #request(request: WorkerRequest): Promise<WorkerReply> {
    if (this.#dead !== undefined) throw this.#dead;
    const reply = this.#reply();
    this.#worker.postMessage(request);
    return reply;
  }

  #reply(): Promise<WorkerReply> {
    assert(this.#pending === undefined, "a worker has one request at a time");
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
  }

  #receive(reply: WorkerReply): void {
    if (reply.type === "progress") {
      this.#onProgress(reply.rows, reply.bytes);
      return;
    }
    const pending = this.#pending;
    this.#pending = undefined;
    if (reply.type === "failed") pending?.reject(deserializeError(reply.error));
    else pending?.resolve(reply);
  }

  #die(reason: string, cause?: unknown): void {
    this.#dead ??= new TidemarkError("RUN_WORKER_DIED", { reason }, cause === undefined ? {} : { cause });
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.reject(this.#dead);
  }
}
