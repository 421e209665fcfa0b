/**
 * Durable appends against bare SQLite on the same folder, machine and minute. `bare_single_1`: one caller, one event at a
 * time, against single-row commits. `bare_grouped_256`: 256 callers, against inserts of 256 rows a transaction. The bare
 * side writes the very rows our side stored (same columns, same index, WAL, synchronous=FULL, default checkpoints) and
 * makes nothing of them: no hashes, no ids, no checks, no threads. Ratios are ours over theirs in wall time.
 *
 * A round opens a new storage, whose thread has compiled nothing yet, while the bare loop stays warm in this one. So each
 * side first does WARM_COUNT events that are not in the ratio; how those went stands in `cold_grouped_256`.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { systemClock } from "../src/core/clock.ts";
import { systemRandom } from "../src/core/random.ts";
import type { Storage } from "../src/storage/port.ts";
import { FIRST_FORM } from "../src/storage/sqlite/migrations/0001-first-form.ts";
import { openSqliteStorage } from "../src/storage/sqlite/open-sqlite-storage.ts";
import type { BenchOptions, BenchResult } from "./bench-module.ts";

export const description: string =
  "durable appends to the ledger, one and 256 callers, against bare SQLite inserts";

const SINGLE_COUNT = 2_000;
const GROUPED_COUNT = 25_600;
const WARM_COUNT = 25_600;
const CALLERS = 256;
const ENTITIES = 1_000;
const ROUNDS_MIN = 7;
const COLUMN_COUNT = 18;

/** `rounds` interleaved rounds of each side, at least 7. */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const rounds = Math.max(ROUNDS_MIN, options.rounds);
  const single: Round[] = [];
  const grouped: Round[] = [];
  let bytesPerEvent = 0;
  await measure(GROUPED_COUNT, CALLERS);
  for (let round = 0; round < rounds; round += 1) {
    single.push(await measure(SINGLE_COUNT, 1));
    const result = await measure(GROUPED_COUNT, CALLERS);
    grouped.push(result);
    bytesPerEvent = result.bytesPerEvent;
  }
  const one = spread(single);
  const many = spread(grouped);
  return {
    ratios: { bare_single_1: one.median, bare_grouped_256: many.median },
    figures: {
      appends_per_s_1: Math.round(median(single.map((round) => SINGLE_COUNT / round.oursS))),
      appends_per_s_256: Math.round(median(grouped.map((round) => GROUPED_COUNT / round.oursS))),
      bare_per_s_1: Math.round(median(single.map((round) => SINGLE_COUNT / round.bareS))),
      bare_per_s_256: Math.round(median(grouped.map((round) => GROUPED_COUNT / round.bareS))),
      bare_single_1_min: one.min,
      bare_single_1_max: one.max,
      bare_grouped_256_min: many.min,
      bare_grouped_256_max: many.max,
      cold_grouped_256: round3(median(grouped.map((round) => round.coldRatio))),
      bytes_per_event: bytesPerEvent,
    },
  };
}

interface Round {
  readonly oursS: number;
  readonly bareS: number;
  /** of the events before, in the storage's first moments */
  readonly coldRatio: number;
  readonly bytesPerEvent: number;
}

/** One round: ours first, then the same rows bare. */
async function measure(count: number, callers: number): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-bench-"));
  try {
    const storage = await openSqliteStorage({ folder, clock: systemClock, random: systemRandom });
    const oursColdS = await appendAll(storage, WARM_COUNT, CALLERS);
    const oursS = await appendAll(storage, count, callers);
    await storage.close();
    const bytesPerEvent = Math.round(statSync(join(folder, "ledger.db")).size / (WARM_COUNT + count));
    const rows = readRows(folder);
    const bare = openBare(join(folder, "bare.db"));
    const bareColdS = insertAll(bare, rows.slice(0, WARM_COUNT), CALLERS);
    const bareS = insertAll(bare, rows.slice(WARM_COUNT), callers);
    bare.close();
    return { oursS, bareS, coldRatio: oursColdS / bareColdS, bytesPerEvent };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function appendAll(storage: Storage, count: number, callers: number): Promise<number> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      await storage.appendEvents({ tenant: "default", events: [eventOf(index)] });
    }
  };
  const startedMs = systemClock.monotonicMs();
  await Promise.all(Array.from({ length: callers }, caller));
  return (systemClock.monotonicMs() - startedMs) / 1_000;
}

/** A payload of 86 bytes. */
function eventOf(index: number): Parameters<Storage["appendEvents"]>[0]["events"][number] {
  const number = String(index).padStart(7, "0");
  return {
    entity: `order/o-${index % ENTITIES}`,
    kind: "order.placed",
    payload: {
      amount: "12.50",
      currency: "EUR",
      items: 3,
      note: "leave at the door",
      orderId: `o-${number}`,
    },
  };
}

function readRows(folder: string): SQLInputValue[][] {
  const database = new DatabaseSync(join(folder, "ledger.db"), { readOnly: true });
  const select = database.prepare("SELECT * FROM events ORDER BY position");
  select.setReturnArrays(true);
  const rows = select.all() as unknown as SQLInputValue[][];
  database.close();
  return rows;
}

function openBare(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${FIRST_FORM}`);
  return database;
}

function insertAll(database: DatabaseSync, rows: readonly SQLInputValue[][], perTransaction: number): number {
  const marks = Array.from({ length: COLUMN_COUNT }, () => "?").join(", ");
  const insert = database.prepare(`INSERT INTO events VALUES (${marks})`);
  const startedMs = systemClock.monotonicMs();
  if (perTransaction === 1) for (const row of rows) insert.run(...row);
  else insertGrouped(database, (row) => insert.run(...row), rows, perTransaction);
  return (systemClock.monotonicMs() - startedMs) / 1_000;
}

function insertGrouped(
  database: DatabaseSync,
  insert: (row: SQLInputValue[]) => unknown,
  rows: readonly SQLInputValue[][],
  perTransaction: number,
): void {
  for (let start = 0; start < rows.length; start += perTransaction) {
    database.exec("BEGIN IMMEDIATE");
    for (const row of rows.slice(start, start + perTransaction)) insert(row);
    database.exec("COMMIT");
  }
}

function spread(rounds: readonly Round[]): { median: number; min: number; max: number } {
  const ratios = rounds.map((round) => round.oursS / round.bareS);
  return {
    median: round3(median(ratios)),
    min: round3(Math.min(...ratios)),
    max: round3(Math.max(...ratios)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return (upper + lower) / 2;
}

function round3(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

if (import.meta.main) {
  const result = await run({ rounds: ROUNDS_MIN });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}
