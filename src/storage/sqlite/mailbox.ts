/**
 * The storage thread's end of the message port. The signal counts the messages sent, so a look that finds nothing costs no
 * call, and a message that comes between looking and sleeping ends the sleep at once: it begins only while all that was
 * sent has been taken. One writer to the signal, one reader.
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Call } from "./wire.ts";

export class Mailbox {
  readonly #port: MessagePort;
  readonly #signal: Int32Array;
  #takenCount = 0;

  constructor(port: MessagePort, signal: Int32Array) {
    this.#port = port;
    this.#signal = signal;
  }

  /** The next message, when there is one. */
  take(): Call | undefined {
    if (Atomics.load(this.#signal, 0) === this.#takenCount) return undefined;
    // The signal is an int32 and wraps.
    this.#takenCount = (this.#takenCount + 1) | 0;
    return receiveMessageOnPort(this.#port)?.message as Call | undefined;
  }

  /** Until there is a message, at most `timeoutMs`. Blocks this thread. */
  sleep(timeoutMs?: number): void {
    Atomics.wait(this.#signal, 0, this.#takenCount, timeoutMs);
  }
}
