/**
 * The embedded storage: one SQLite file, `ledger.db`, in a folder of its own, written by a storage thread. Several processes
 * may open the same folder. What is asked for is checked and made canonical here, on the caller's thread; see
 * `storage-thread.ts` for the other side and `docs/formats/storage-sqlite.md` for the file.
 */
import { join } from "node:path";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { Clock } from "../../core/clock.ts";
import { makeFolderDurably } from "../../core/durable-file.ts";
import { deserializeError, messageOf, systemCodeOf, TidemarkError } from "../../core/errors.ts";
import { moduleSibling } from "../../core/module-sibling.ts";
import type { Random } from "../../core/random.ts";
import { createUlidSource } from "../../core/ulid.ts";
import type { ClockReading } from "../../ledger/hybrid-clock.ts";
import type { Storage } from "../port.ts";
import { ClockWatch } from "./clock-watch.ts";
import { LEDGER_FILE } from "./ledger-database.ts";
import { SqliteStorage } from "./sqlite-storage.ts";
import { StorageCaller } from "./storage-caller.ts";
import type { Opened, ThreadSetup } from "./wire.ts";

export interface SqliteStorageOptions {
  /** made when missing */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  /** how long an operation waits for other processes' writes; 30 s when left out */
  readonly busyTimeoutMs?: number;
  /** tests: the file counts as full beyond this many pages of 4 KiB */
  readonly maxPageCount?: number;
}

const BUSY_TIMEOUT_MS = 30_000;
const SALT_BYTES = 32;

/** Throws STORAGE_UNAVAILABLE, STORAGE_CORRUPT, STORAGE_NEWER, STORAGE_FULL, STORAGE_BUSY. */
export async function openSqliteStorage(options: SqliteStorageOptions): Promise<Storage> {
  const { folder, clock, random } = options;
  const path = join(folder, LEDGER_FILE);
  makeFolder(folder, path);
  const createId = createUlidSource(clock, random);
  const { port1: port, port2: threadPort } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const clockStart = readClock(clock);
  const setup: ThreadSetup = {
    port: threadPort,
    signal,
    folder,
    clockStart,
    fresh: {
      ledgerId: createId(),
      salt: createSalt(random),
    },
    writerId: createId(),
    busyTimeoutMs: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
    maxPageCount: options.maxPageCount ?? null,
  };
  const worker = new Worker(moduleSibling(import.meta.url, "storage-thread"), {
    workerData: setup,
    transferList: [threadPort],
  });
  const opened = await firstMessage(worker, port, path);
  if (opened.kind === "refused") throw deserializeError(opened.error);
  const watch = new ClockWatch(clockStart, createId);
  const caller = new StorageCaller({ worker, port, signal, path, watch, readClock: () => readClock(clock) });
  return new SqliteStorage(caller, opened.identity, createId);
}

function createSalt(random: Random): string {
  const salt = Buffer.alloc(SALT_BYTES);
  random.fill(salt);
  return salt.toString("hex");
}

function makeFolder(folder: string, path: string): void {
  try {
    makeFolderDurably(folder);
  } catch (error) {
    if (systemCodeOf(error) === "ENOSPC") throw new TidemarkError("STORAGE_FULL", { path }, { cause: error });
    throw new TidemarkError("STORAGE_UNAVAILABLE", { path, reason: messageOf(error) }, { cause: error });
  }
}

function readClock(clock: Clock): ClockReading {
  return { wallMs: Math.trunc(clock.nowMs()), monotonicMs: clock.monotonicMs() };
}

function firstMessage(worker: Worker, port: MessagePort, path: string): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const settle = (opened: Opened): void => {
      worker.removeAllListeners();
      port.removeAllListeners();
      resolve(opened);
    };
    const fail = (reason: string, cause?: unknown): void =>
      reject(new TidemarkError("STORAGE_UNAVAILABLE", { path, reason }, { cause }));
    port.once("message", settle);
    worker.once("error", (error) => fail(`the storage thread died: ${messageOf(error)}`, error));
    worker.once("exit", (code) => {
      // A thread that refuses ends at once: the news of its end may overtake what it said.
      const last = receiveMessageOnPort(port);
      if (last === undefined) fail(`the storage thread ended with code ${code}`);
      else settle(last.message as Opened);
    });
  });
}
