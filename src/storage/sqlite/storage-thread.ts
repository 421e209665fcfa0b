/**
 * Entry of the storage thread: opens the ledger file, says so, then serves until it is told to close. It has no event loop:
 * it takes all messages, runs the reads that wait, commits one group, answers, looks again, and sleeps when there is nothing.
 */
import { join } from "node:path";
import { workerData } from "node:worker_threads";
import { serializeError } from "../../core/errors.ts";
import { GroupCommitter } from "./group-commit.ts";
import { GroupMark } from "./group-mark.ts";
import { LEDGER_FILE, LedgerDatabase } from "./ledger-database.ts";
import { LogKeeper } from "./log-keeper.ts";
import { Mailbox } from "./mailbox.ts";
import { StorageLoop } from "./storage-loop.ts";
import { toStorageError } from "./sqlite-error.ts";
import type { Opened, ThreadSetup } from "./wire.ts";

serve(workerData as ThreadSetup);

function serve(setup: ThreadSetup): void {
  const mailbox = new Mailbox(setup.port, setup.signal);
  const loop = open(setup, mailbox);
  if (loop === undefined) return;
  while (!loop.closed) if (!loop.turn()) mailbox.sleep();
  setup.port.close();
}

function open(setup: ThreadSetup, mailbox: Mailbox): StorageLoop | undefined {
  const path = join(setup.folder, LEDGER_FILE);
  const { busyTimeoutMs, maxPageCount } = setup;
  try {
    const database = new LedgerDatabase({ path, busyTimeoutMs, maxPageCount }, setup.fresh);
    const log = new LogKeeper(database);
    const mark = new GroupMark(setup.writerId);
    const committer = new GroupCommitter(database, log, mark, setup.clockStart);
    tell(setup, { kind: "opened", identity: database.identity });
    const { port } = setup;
    return new StorageLoop({ mailbox, database, log, mark, committer }, (answer) => port.postMessage(answer));
  } catch (error) {
    tell(setup, { kind: "refused", error: serializeError(toStorageError(error, path)) });
    setup.port.close();
    return undefined;
  }
}

function tell({ port }: ThreadSetup, opened: Opened): void {
  port.postMessage(opened);
}
