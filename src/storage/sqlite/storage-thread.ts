/**
 * Entry of the storage thread: opens the ledger file, says so, then serves until it is told to close. It has no event loop:
 * it sleeps on the signal, takes all messages, runs the reads that wait, commits one group, answers, and looks again.
 */
import { join } from "node:path";
import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { serializeError } from "../../core/errors.ts";
import { GroupCommitter } from "./group-commit.ts";
import { GroupMark } from "./group-mark.ts";
import { LEDGER_FILE, LedgerDatabase } from "./ledger-database.ts";
import { LogKeeper } from "./log-keeper.ts";
import { StorageLoop } from "./storage-loop.ts";
import { toStorageError } from "./sqlite-error.ts";
import type { Call, Opened, ThreadSetup } from "./wire.ts";

serve(workerData as ThreadSetup);

function serve(setup: ThreadSetup): void {
  const loop = open(setup);
  if (loop === undefined) return;
  for (;;) {
    const seen = Atomics.load(setup.signal, 0);
    let message = receiveMessageOnPort(setup.port);
    while (message !== undefined) {
      loop.accept(message.message as Call);
      message = receiveMessageOnPort(setup.port);
    }
    if (loop.turn()) continue;
    if (loop.closed) break;
    Atomics.wait(setup.signal, 0, seen);
  }
  setup.port.close();
}

function open(setup: ThreadSetup): StorageLoop | undefined {
  const path = join(setup.folder, LEDGER_FILE);
  const { busyTimeoutMs, maxPageCount } = setup;
  try {
    const database = new LedgerDatabase({ path, busyTimeoutMs, maxPageCount }, setup.fresh);
    const log = new LogKeeper(database);
    const mark = new GroupMark(setup.writerId);
    const committer = new GroupCommitter(database, log, mark, setup.clockStart);
    tell(setup, { kind: "opened", identity: database.identity });
    const { port } = setup;
    return new StorageLoop({ database, log, mark, committer }, (answer) => port.postMessage(answer));
  } catch (error) {
    tell(setup, { kind: "refused", error: serializeError(toStorageError(error, path)) });
    setup.port.close();
    return undefined;
  }
}

function tell({ port }: ThreadSetup, opened: Opened): void {
  port.postMessage(opened);
}
