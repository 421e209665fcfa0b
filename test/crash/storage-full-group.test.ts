/**
 * The disk full at operation k of a group of 256, for every k: the file may have no page more than k operations need. The
 * group is committed here on this thread, so that it is one group; see `storage-tmpfs.test.ts` for a file system that is full.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeStoredEvent, type StoredEventRow } from "../../src/ledger/decode-stored-event.ts";
import { prepareAppend } from "../../src/ledger/prepare-append.ts";
import { verifyChain } from "../../src/ledger/verify-chain.ts";
import {
  type Answers,
  GroupCommitter,
  type QueuedWrite,
  type WriteSource,
} from "../../src/storage/sqlite/group-commit.ts";
import { GroupMark } from "../../src/storage/sqlite/group-mark.ts";
import { LedgerDatabase } from "../../src/storage/sqlite/ledger-database.ts";
import { LogKeeper } from "../../src/storage/sqlite/log-keeper.ts";
import { readPositions } from "../../src/storage/sqlite/operations/read-events.ts";

const OPERATIONS = 256;
/** Memory, where there is some to write to: flushing is not what is tested here. */
const SHELF = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const READING = { wallMs: 1_800_000_000_000, monotonicMs: 0 };
const IDENTITY = { ledgerId: "L", salt: "00".repeat(32) };

class Collected implements Answers {
  readonly doneIds: number[] = [];
  readonly errors = new Map<number, unknown>();
  done(id: number): void {
    this.doneIds.push(id);
  }
  failed(id: number, error: unknown): void {
    this.errors.set(id, error);
  }
  post(): void {}
}

/** Each needs a page or two of its own. */
function writeOf(id: number): QueuedWrite {
  const payload = { fill: "x".repeat(4_200) };
  const events = [{ entity: `order/${id % 7}`, kind: "order.placed", payload }];
  const request = prepareAppend({ tenant: "t", events }, () => `event-${id}`);
  return { id, name: "appendEvents", request, reading: READING, payloadBytes: 4_200 };
}

function openWith(
  path: string,
  maxPageCount: number | null,
): { database: LedgerDatabase; committer: GroupCommitter } {
  const database = new LedgerDatabase({ path, busyTimeoutMs: 1_000, maxPageCount }, IDENTITY);
  const committer = new GroupCommitter(database, new LogKeeper(database), new GroupMark("W"), READING);
  return { database, committer };
}

function sourceOf(writes: QueuedWrite[]): WriteSource {
  return { writes, refill: () => false };
}

/** First operation that failed, or 256. */
function fillUp(folder: string, sparePages: number): number {
  const path = join(folder, `${sparePages}.db`);
  const fresh = openWith(path, null);
  const pages = fresh.database.writer.row<readonly [number]>("PRAGMA page_count")?.[0] ?? 0;
  fresh.database.close();

  const { database, committer } = openWith(path, pages + sparePages);
  const queue = Array.from({ length: OPERATIONS }, (_, id) => writeOf(id));
  const answers = new Collected();
  while (queue.length > 0) committer.commitNext(sourceOf(queue), answers);
  expect(answers.doneIds.length + answers.errors.size).toBe(OPERATIONS);
  for (const error of answers.errors.values()) expect(error).toMatchObject({ code: "STORAGE_FULL" });
  expectStored(database, answers.doneIds);
  database.close();

  const again = openWith(path, null);
  const after = new Collected();
  again.committer.commitNext(sourceOf([writeOf(1_000)]), after);
  expect(after.doneIds).toEqual([1_000]);
  expectStored(again.database, [...answers.doneIds, 1_000]);
  again.database.close();
  rmSync(path);
  return Math.min(OPERATIONS, ...answers.errors.keys());
}

function expectStored(database: LedgerDatabase, ids: readonly number[]): void {
  const rows = readPositions(database.reader, { fromPosition: 1, limit: 1_000 });
  const events = rows.map((row: StoredEventRow) => decodeStoredEvent(row));
  expect(events.map(({ header }) => header.eventId)).toEqual(ids.map((id) => `event-${id}`));
  expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
  for (const chain of Map.groupBy(events, ({ header }) => header.entity).values())
    expect(verifyChain(chain)).toMatchObject({ ok: true });
}

describe("a group whose disk becomes full", () => {
  it("stores what it acknowledged and nothing else, at every operation, and works again with space", () => {
    const folder = mkdtempSync(join(SHELF, "tidemark-full-"));
    const failedAt = new Set<number>();
    try {
      for (let spare = 0; !failedAt.has(OPERATIONS); spare += 1) failedAt.add(fillUp(folder, spare));
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect([...failedAt].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: OPERATIONS + 1 }, (_, k) => k),
    );
  }, 180_000);
});
