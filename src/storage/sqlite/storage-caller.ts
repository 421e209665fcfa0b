/**
 * The caller's side of the storage thread: numbers operations, sends those of one event-loop turn (as several messages
 * when they are many; all but the last say that more follow), and settles their promises when the answer comes. While
 * something is awaited it keeps the process alive; otherwise not. When the thread ends unexpectedly everything awaited
 * fails with STORAGE_IO.
 */
import { type MessagePort, receiveMessageOnPort, type Worker } from "node:worker_threads";
import { deserializeError, messageOf, TidemarkError } from "../../core/errors.ts";
import type { ClockReading } from "../../ledger/hybrid-clock.ts";
import type { ClockWatch } from "./clock-watch.ts";
import { WRITE_NAMES } from "./operation-names.ts";
import type { Answer, WireOperation } from "./wire.ts";

/** Makes the value the caller gets of what the thread returned. */
export type Decode = (result: unknown, durablePosition: number) => unknown;

interface Awaited {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly decode: Decode | undefined;
}

export interface CallerParts {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly signal: Int32Array;
  readonly path: string;
  readonly watch: ClockWatch;
  readonly readClock: () => ClockReading;
}

/** A turn that asks for more sends more than one message, so that the thread works while the rest is made ready. */
const MESSAGE_OPERATIONS = 64;

export class StorageCaller {
  readonly #parts: CallerParts;
  readonly #awaited = new Map<number, Awaited>();
  #outbox: WireOperation[] = [];
  #flushing = false;
  /** the last message said that more follow */
  #announced = false;
  #nextId = 1;
  #ended: TidemarkError | undefined;

  constructor(parts: CallerParts) {
    this.#parts = parts;
    const { worker, port, path } = parts;
    port.on("message", (answer: Answer) => this.#settle(answer));
    port.unref();
    worker.unref();
    const fail = (reason: string): void => this.#end(new TidemarkError("STORAGE_IO", { path, reason }));
    worker.on("error", (error) => fail(`the storage thread died: ${messageOf(error)}`));
    worker.on("exit", (code) => {
      this.#drain();
      fail(`the storage thread ended with code ${code}`);
    });
  }

  call(operation: WireOperation[1], request: unknown, decode?: Decode): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      const id = this.#nextId++;
      if (this.#awaited.size === 0) this.#parts.port.ref();
      this.#awaited.set(id, { resolve, reject, decode });
      this.#outbox.push([id, operation, request] as WireOperation);
      if (this.#outbox.length >= MESSAGE_OPERATIONS) this.#flush(true);
      if (this.#flushing) return;
      this.#flushing = true;
      setImmediate(() => {
        this.#flushing = false;
        this.#flush(false);
      });
    });
  }

  /** Later calls fail with `error`. */
  refuseFurther(error: TidemarkError): void {
    this.#ended ??= error;
  }

  #flush(more: boolean): void {
    if (this.#outbox.length === 0 && !this.#announced) return;
    this.#announced = more;
    const { port, signal, readClock } = this.#parts;
    const operations = this.#outbox;
    this.#outbox = [];
    const reading = readClock();
    this.#watchClock(reading, operations);
    port.postMessage({ more, reading, operations });
    Atomics.add(signal, 0, 1);
    Atomics.notify(signal, 0);
  }

  /** Puts `clock.jumped` in front when operations that write see a clock that jumped. */
  #watchClock(reading: ClockReading, operations: WireOperation[]): void {
    const { watch } = this.#parts;
    if (!operations.some(([, name]) => WRITE_NAMES.has(name))) return;
    const append = watch.notice(reading);
    if (append === undefined) return;
    const id = this.#nextId++;
    this.#awaited.set(id, { resolve: () => undefined, reject: () => watch.forget(), decode: undefined });
    operations.unshift([id, "appendEvents", append]);
  }

  #settle(answer: Answer): void {
    const { ids, results, failures, durablePosition } = answer;
    for (let index = 0; index < ids.length; index += 1) {
      const awaited = this.#take(ids[index] ?? 0);
      if (awaited === undefined) continue;
      const result = results[index];
      try {
        awaited.resolve(awaited.decode === undefined ? result : awaited.decode(result, durablePosition));
      } catch (error) {
        awaited.reject(error);
      }
    }
    for (const [id, error] of failures) this.#take(id)?.reject(deserializeError(error));
    if (this.#awaited.size === 0) this.#parts.port.unref();
  }

  /** Answers that arrived with the end of the thread. */
  #drain(): void {
    let message = receiveMessageOnPort(this.#parts.port);
    while (message !== undefined) {
      this.#settle(message.message as Answer);
      message = receiveMessageOnPort(this.#parts.port);
    }
  }

  #take(id: number): Awaited | undefined {
    const awaited = this.#awaited.get(id);
    this.#awaited.delete(id);
    return awaited;
  }

  #end(error: TidemarkError): void {
    this.#ended ??= error;
    for (const awaited of this.#awaited.values()) awaited.reject(this.#ended);
    this.#awaited.clear();
    this.#parts.port.unref();
  }
}
