/**
 * What the storage thread does in one turn: takes what was sent, runs all reads that wait, then one group of writes, then
 * answers both at once (a replay answers each transaction by itself). A read sees everything that was acknowledged before
 * it was asked for, because acknowledging happens on this thread. Closing waits for everything asked before it.
 */
import { systemClock } from "../../core/clock.ts";
import { serializeError, type SerializedError } from "../../core/errors.ts";
import type { PreparedEvent } from "../../ledger/prepare-append.ts";
import { type AppendWire, decodeAppend } from "./append-wire.ts";
import type { Answers, GroupCommitter, QueuedWrite, WriteSource } from "./group-commit.ts";
import type { GroupMark } from "./group-mark.ts";
import type { LedgerDatabase } from "./ledger-database.ts";
import type { LogKeeper } from "./log-keeper.ts";
import type { Mailbox } from "./mailbox.ts";
import { isWrite } from "./operation-names.ts";
import { type ReadName, runRead, type WriteName } from "./operation-table.ts";
import { toStorageError } from "./sqlite-error.ts";
import type { Answer, Call, WireOperation } from "./wire.ts";

export interface LoopParts {
  readonly mailbox: Mailbox;
  readonly database: LedgerDatabase;
  readonly log: LogKeeper;
  readonly mark: GroupMark;
  readonly committer: GroupCommitter;
}

interface QueuedRead {
  readonly id: number;
  readonly name: ReadName | "logBytes";
  readonly values: readonly unknown[];
}

export class StorageLoop implements Answers, WriteSource {
  closed = false;
  readonly writes: QueuedWrite[] = [];
  readonly #parts: LoopParts;
  readonly #post: (answer: Answer) => void;
  readonly #reads: QueuedRead[] = [];
  #closeId: number | undefined;
  /** the caller is about to send more */
  #announced = false;
  #ids: number[] = [];
  #results: unknown[] = [];
  #failures: (readonly [number, SerializedError])[] = [];

  constructor(parts: LoopParts, post: (answer: Answer) => void) {
    this.#parts = parts;
    this.#post = post;
  }

  /** True when there was something to do. */
  turn(): boolean {
    this.#takeAll();
    const reads = this.#reads.splice(0);
    for (const read of reads) this.#read(read);
    if (this.writes.length > 0) this.#parts.committer.commitNext(this, this);
    else if (reads.length > 0) this.post(0);
    else if (this.#closeId !== undefined) this.#close(this.#closeId);
    else return false;
    return !this.closed;
  }

  refill(endMs: number): boolean {
    const before = this.writes.length;
    this.#takeAll();
    while (this.#announced && this.writes.length === before) {
      const leftMs = endMs - systemClock.monotonicMs();
      if (leftMs <= 0) break;
      this.#parts.mailbox.sleep(leftMs);
      this.#takeAll();
    }
    return this.writes.length > before;
  }

  done(id: number, result: unknown): void {
    this.#ids.push(id);
    this.#results.push(result);
  }

  failed(id: number, error: unknown): void {
    this.#failures.push([id, serializeError(error)]);
  }

  post(durablePosition: number): void {
    if (this.#ids.length === 0 && this.#failures.length === 0) return;
    this.#post({ durablePosition, ids: this.#ids, results: this.#results, failures: this.#failures });
    this.#ids = [];
    this.#results = [];
    this.#failures = [];
  }

  #takeAll(): void {
    const { mailbox } = this.#parts;
    for (let call = mailbox.take(); call !== undefined; call = mailbox.take()) {
      this.#announced = call.more;
      for (const operation of call.operations) this.#enqueue(operation, call);
    }
  }

  #enqueue([id, name, request]: WireOperation, call: Call): void {
    if (name === "close") this.#closeId = id;
    else if (name === "logBytes") this.#reads.push({ id, name, values: [] });
    else if (isWrite(name)) this.writes.push(toQueuedWrite(id, name, request, call));
    else this.#reads.push({ id, name, values: request as readonly unknown[] });
  }

  #read({ id, name, values }: QueuedRead): void {
    try {
      const { log, database } = this.#parts;
      this.done(id, name === "logBytes" ? log.logBytes() : runRead(database.reader, name, values));
    } catch (error) {
      this.failed(id, toStorageError(error, this.#parts.database.path));
    }
  }

  #close(id: number): void {
    const { database, log, mark } = this.#parts;
    try {
      mark.remove(database.writer);
    } catch {
      // The mark is swept later; closing goes on.
    }
    try {
      log.truncate();
      database.close();
      this.done(id, null);
    } catch (error) {
      this.failed(id, toStorageError(error, database.path));
    }
    this.closed = true;
    this.post(0);
  }
}

function toQueuedWrite(id: number, name: WriteName, request: unknown, { reading }: Call): QueuedWrite {
  if (name === "appendEvents") {
    const append = decodeAppend(request as AppendWire);
    return { id, name, request: append, reading, payloadBytes: bytesOf(append.events) };
  }
  const { events } = request as { readonly events?: readonly PreparedEvent[] };
  return { id, name, request, reading, payloadBytes: events === undefined ? 0 : bytesOf(events) };
}

function bytesOf(events: readonly PreparedEvent[]): number {
  let bytes = 0;
  for (const event of events) bytes += event.payloadText.length;
  return bytes;
}
