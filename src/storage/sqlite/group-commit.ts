/**
 * Group commit: operations that wait together share one BEGIN IMMEDIATE … COMMIT and one flush, each in a savepoint of its
 * own. Spec: ledger-and-evidence, section 3.
 *
 *   begin ── refused (busy, I/O) ─────────────────────────────────────> all that waited fail; nothing happened
 *     └─ operations ── domain refusal: its savepoint is rolled back ──> it fails, neighbours go on
 *          │       └── storage failure, broken invariant: all of it ──> replayed, one operation per transaction
 *          └─ COMMIT ── fails: outcome unknown ── reopened, looked up ─> done, or replayed as above
 *               └─ adopted, answered
 *
 * While flushing is slow a group also takes what comes during its operations, and waits for what the caller has announced,
 * 5 ms in all. An operation is answered exactly once, and never before its transaction is flushed or known not to have
 * happened.
 */
import { systemClock } from "../../core/clock.ts";
import { TidemarkError } from "../../core/errors.ts";
import { faultPoint } from "../../core/fault-point.ts";
import type { ClockReading } from "../../ledger/hybrid-clock.ts";
import { pauseForOthers, retryWhileBusy } from "./busy-wait.ts";
import type { SqliteConnection } from "./connection.ts";
import type { GroupMark } from "./group-mark.ts";
import { GroupStage } from "./group-stage.ts";
import type { LedgerDatabase } from "./ledger-database.ts";
import { LedgerHeads } from "./ledger-heads.ts";
import type { LogKeeper } from "./log-keeper.ts";
import { runWrite, type WriteName } from "./operation-table.ts";
import { isStorageFailure, toStorageError } from "./sqlite-error.ts";

export interface QueuedWrite {
  readonly id: number;
  readonly name: WriteName;
  readonly request: unknown;
  readonly reading: ClockReading;
  readonly payloadBytes: number;
}

/** Where answers go. */
export interface Answers {
  done(id: number, result: unknown): void;
  failed(id: number, error: unknown): void;
  /** Everything so far is of a transaction that is over: let it go out, with the position it reached. */
  post(durablePosition: number): void;
}

/** Where the writes of a group come from, in order. */
export interface WriteSource {
  readonly writes: QueuedWrite[];
  /** Looks for writes that came meanwhile, and waits until `endMs` for those that are announced; true when there are more. */
  refill(endMs: number): boolean;
}

/** What one operation came to inside a transaction that is not yet committed. */
type Settled =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly error: unknown };

type Attempt =
  | { readonly kind: "committed"; readonly settled: readonly Settled[] }
  /** `commitFailed`: the COMMIT itself failed, and the group was looked up and not found */
  | {
      readonly kind: "gone";
      readonly tried: readonly QueuedWrite[];
      readonly error: unknown;
      readonly commitFailed: boolean;
    }
  /** the transaction could not begin, or what came of it can not be found out */
  | { readonly kind: "stopped"; readonly tried: readonly QueuedWrite[]; readonly error: unknown };

const GROUP_BYTES_MAX = 8_388_608;
const GROUP_MS_MAX = 5;
/**
 * A group is filled up only while a COMMIT takes so long or longer: then fewer flushes are worth waiting for. With quicker
 * ones both threads get more done when each goes on with what it has.
 */
const DEAR_COMMIT_MS = 1;
/** After so many failed COMMITs in a row the rest of a replay is not tried. */
const FAILED_COMMITS_MAX = 3;

export class GroupCommitter {
  readonly #database: LedgerDatabase;
  readonly #log: LogKeeper;
  readonly #heads: LedgerHeads = new LedgerHeads();
  readonly #mark: GroupMark;
  readonly #clockStart: ClockReading;
  /** what the last COMMIT took */
  #commitMs = 0;

  constructor(database: LedgerDatabase, log: LogKeeper, mark: GroupMark, clockStart: ClockReading) {
    this.#database = database;
    this.#log = log;
    this.#mark = mark;
    this.#clockStart = clockStart;
  }

  /** Commits the group at the head of the source, with what it is refilled with meanwhile; takes it off and answers it. */
  commitNext(source: WriteSource, answers: Answers): void {
    const attempt = this.#attempt(source);
    const tried = source.writes.splice(
      0,
      attempt.kind === "committed" ? attempt.settled.length : attempt.tried.length,
    );
    if (attempt.kind === "committed") answerAll(attempt.settled, answers);
    else if (attempt.kind === "stopped" || tried.length === 1) this.#failAll(attempt, answers);
    else this.#replay(attempt.tried, answers);
    answers.post(this.#heads.position);
    this.#log.afterGroup(tried.length, payloadBytesOf(tried));
  }

  /** One operation per transaction. */
  #replay(writes: readonly QueuedWrite[], answers: Answers): void {
    let failedCommits = 0;
    for (const [index, write] of writes.entries()) {
      const attempt = this.#attempt({ writes: [write], refill: () => false });
      if (attempt.kind === "committed") {
        answerAll(attempt.settled, answers);
        answers.post(this.#heads.position);
        failedCommits = 0;
        continue;
      }
      this.#failAll(attempt, answers);
      failedCommits = attempt.kind === "gone" && attempt.commitFailed ? failedCommits + 1 : 0;
      if (attempt.kind === "stopped" || failedCommits === FAILED_COMMITS_MAX) {
        this.#failAll({ ...attempt, tried: writes.slice(index + 1) }, answers);
        return;
      }
    }
  }

  #failAll(attempt: Exclude<Attempt, { kind: "committed" }>, answers: Answers): void {
    const error = toStorageError(attempt.error, this.#database.path);
    for (const write of attempt.tried) answers.failed(write.id, error);
  }

  #attempt(source: WriteSource): Attempt {
    const { writes } = source;
    let othersWrote: boolean;
    try {
      othersWrote = this.#begin();
    } catch (error) {
      this.#rollBack();
      return { kind: "stopped", tried: writes.slice(), error };
    }
    const { writer } = this.#database;
    const stage = new GroupStage(writer, this.#heads, this.#clockStart);
    const settled: Settled[] = [];
    try {
      this.#runAll(source, stage, settled);
      stage.seal();
      if (needsMark(writes, settled.length, stage.position > this.#heads.position)) this.#mark.write(writer);
    } catch (error) {
      this.#rollBack();
      const tried = writes.slice(0, Math.max(1, Math.min(settled.length + 1, writes.length)));
      return { kind: "gone", tried, error, commitFailed: false };
    }
    const attempt = this.#commit(writes, stage, settled);
    if (othersWrote) pauseForOthers();
    return attempt;
  }

  /** True when somebody else has written since the last group. */
  #begin(): boolean {
    const { writer, path, busyTimeoutMs } = this.#database;
    const begin = writer.statement("BEGIN IMMEDIATE");
    retryWhileBusy(() => begin.run(), path, busyTimeoutMs);
    return this.#heads.refresh(writer);
  }

  #runAll(source: WriteSource, stage: GroupStage, settled: Settled[]): void {
    const { writer } = this.#database;
    const endMs = systemClock.monotonicMs() + GROUP_MS_MAX;
    let bytes = 0;
    do {
      for (const write of source.writes.slice(settled.length)) {
        settled.push(runOne(write, writer, stage));
        bytes += write.payloadBytes;
        if (bytes >= GROUP_BYTES_MAX || systemClock.monotonicMs() >= endMs) return;
      }
    } while (this.#commitMs >= DEAR_COMMIT_MS && source.refill(endMs));
  }

  #commit(writes: readonly QueuedWrite[], stage: GroupStage, settled: readonly Settled[]): Attempt {
    try {
      faultPoint("storage.beforeCommit");
      const startMs = systemClock.monotonicMs();
      this.#database.writer.statement("COMMIT").run();
      this.#commitMs = systemClock.monotonicMs() - startMs;
      faultPoint("storage.afterCommit");
    } catch (error) {
      return this.#lookUp(writes.slice(0, settled.length), stage, settled, error);
    }
    stage.adopt();
    return { kind: "committed", settled };
  }

  /** After a COMMIT that failed: its outcome is what the file says once it was read anew. */
  #lookUp(
    tried: readonly QueuedWrite[],
    stage: GroupStage,
    settled: readonly Settled[],
    error: unknown,
  ): Attempt {
    const wroteEvents = stage.position > this.#heads.position;
    this.#heads.drop();
    try {
      this.#database.reopen();
      const { writer } = this.#database;
      const happened = wroteEvents ? isStored(writer, stage) : this.#mark.isStored(writer);
      if (!happened) return { kind: "gone", tried, error, commitFailed: true };
      // What the log says may not have been flushed: the copy in the database is.
      if (this.#log.checkpointFully()) return { kind: "committed", settled };
      return { kind: "stopped", tried, error: this.#unknown(error, "it could not be flushed") };
    } catch (lookUpError) {
      return { kind: "stopped", tried, error: this.#unknown(lookUpError, "it could not be looked up") };
    }
  }

  #unknown(cause: unknown, why: string): TidemarkError {
    const reason = `a COMMIT failed, and whether it happened is not known: ${why}`;
    return new TidemarkError("STORAGE_IO", { path: this.#database.path, reason }, { cause });
  }

  /** Nothing staged is adopted; the cached heads are read again, as SQLite may have rolled back by itself. */
  #rollBack(): void {
    this.#heads.drop();
    try {
      const { writer } = this.#database;
      if (writer.inTransaction) writer.exec("ROLLBACK");
    } catch {
      this.#database.close();
    }
  }
}

function payloadBytesOf(writes: readonly QueuedWrite[]): number {
  let bytes = 0;
  for (const write of writes) bytes += write.payloadBytes;
  return bytes;
}

/**
 * Throws what concerns the whole group. A plain append needs no savepoint: until it has decided it writes nothing, and an
 * error after that concerns the group, like every error after an event was staged.
 */
function runOne(write: QueuedWrite, writer: SqliteConnection, stage: GroupStage): Settled {
  const { id, name, reading } = write;
  const savepoint = name !== "appendEvents";
  const positionBefore = stage.position;
  if (savepoint) writer.statement("SAVEPOINT operation").run();
  try {
    faultPoint("storage.operation");
    const result = runWrite({ connection: writer, stage, reading }, name, write.request);
    if (savepoint) writer.statement("RELEASE operation").run();
    return { id, ok: true, result };
  } catch (error) {
    if (stage.position !== positionBefore || isStorageFailure(error)) throw error;
    if (savepoint) writer.exec("ROLLBACK TO operation; RELEASE operation");
    return { id, ok: false, error };
  }
}

function answerAll(settled: readonly Settled[], answers: Answers): void {
  for (const one of settled) {
    if (one.ok) answers.done(one.id, one.result);
    else answers.failed(one.id, one.error);
  }
}

/** Without an event the group leaves nothing by which it could be looked up: then it leaves a mark. */
function needsMark(writes: readonly QueuedWrite[], count: number, wroteEvents: boolean): boolean {
  if (wroteEvents) return false;
  for (let index = 0; index < count; index += 1) if (writes[index]?.name !== "appendEvents") return true;
  return false;
}

function isStored(connection: SqliteConnection, stage: GroupStage): boolean {
  const row = connection.row<readonly [string]>(
    "SELECT lower(hex(hash)) FROM events WHERE position = ?",
    stage.position,
  );
  return row?.[0] === stage.lastHash;
}
