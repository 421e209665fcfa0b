/** One instant for all readers of a SQLite source, while another connection writes; and what changes between chunks. */
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqliteReader } from "../../src/connectors/sqlite/source/open-sqlite-reader.ts";
import { openSqliteSource } from "../../src/connectors/sqlite/source/open-sqlite-source.ts";
import type { SourceReader } from "../../src/connectors/source-port.ts";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import {
  type Folder,
  makeDatabase,
  readChunk,
  readWhole,
  sourceOf,
  temporaryFolder,
} from "./sqlite-fixture.ts";

let folder: Folder;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

const ROWS =
  "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s LIMIT 1000) SELECT n, 100 FROM s";
const TABLE = `CREATE TABLE t (id INTEGER PRIMARY KEY, amount INT); INSERT INTO t ${ROWS}`;

/** Whoever sleeps wakes at once, later. */
function sleeplessClock(): Clock {
  let nowMs = 0;
  const sleep = async (durationMs: number): Promise<void> => {
    nowMs += durationMs;
  };
  return { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep };
}

/** Moves money between two rows, without end, until told to stop: every instant sums up to the same. */
const MOVER = `
const { DatabaseSync } = require("node:sqlite");
const { workerData, parentPort } = require("node:worker_threads");
const database = new DatabaseSync(workerData.path, { timeout: 60000 });
const stop = new Int32Array(workerData.stop);
const move = database.prepare("UPDATE t SET amount = amount + CASE id WHEN ?1 THEN -1 ELSE 1 END WHERE id IN (?1, ?2)");
let moves = 0;
while (Atomics.load(stop, 0) === 0) {
  move.run(1 + (moves * 7) % 1000, 1 + (moves * 13 + 1) % 1000 === 1 + (moves * 7) % 1000 ? 1000 : 1 + (moves * 13 + 1) % 1000);
  moves += 1;
  if (moves === 50) parentPort.postMessage("moving");
}
database.close();
parentPort.postMessage(moves);
`;

async function sumOf(reader: SourceReader, path: string): Promise<number> {
  const { bounds, fields } = await readWhole(sourceOf(path));
  let sum = 0;
  for (const own of bounds)
    for (const row of (await readChunk(reader, { bounds: own, fields })).rows) sum += Number(row[1]);
  return sum;
}

test("readers that begin under one shared snapshot see the same instant, whatever is written meanwhile", async () => {
  const path = makeDatabase(folder.file("shared.db"), TABLE);
  const stop = new SharedArrayBuffer(4);
  const mover = new Worker(MOVER, { eval: true, workerData: { path, stop } });
  await once(mover, "message");
  const source = openSqliteSource(sourceOf(path), { clock: systemClock });
  expect((await source.plan()).readersMax).toBeGreaterThan(1);
  const readers = [openSqliteReader(sourceOf(path)), openSqliteReader(sourceOf(path))];
  for (let round = 0; round < 2; round += 1) {
    await source.shareSnapshot(async ({ id }) => {
      for (const reader of readers) await reader.beginSnapshot(id);
    });
    const { bounds, fields } = await readWhole(sourceOf(path));
    const seen: string[][] = [[], []];
    for (const own of bounds)
      for (const [at, reader] of readers.entries())
        seen[at]?.push(
          ...(await readChunk(reader, { bounds: own, fields })).rows.map((row) => row.join(":")),
        );
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]?.reduce((sum, row) => sum + Number(row.split(":")[1]), 0)).toBe(100_000);
  }
  Atomics.store(new Int32Array(stop), 0, 1);
  const [moves] = (await once(mover, "message")) as [number];
  expect(moves).toBeGreaterThan(50);
  for (const reader of readers) await reader.close();
  await source.close();
});

test("a snapshot stays what it was; the next one is of its own instant", async () => {
  const path = makeDatabase(folder.file("held.db"), TABLE);
  const source = openSqliteSource(sourceOf(path), { clock: systemClock });
  const reader = openSqliteReader(sourceOf(path));
  await source.shareSnapshot(({ id }) => reader.beginSnapshot(id));
  const writer = new DatabaseSync(path);
  writer.exec("UPDATE t SET amount = 0");
  expect(await sumOf(reader, path)).toBe(100_000);
  await source.shareSnapshot(({ id }) => reader.beginSnapshot(id));
  expect(await sumOf(reader, path)).toBe(0);
  writer.exec("UPDATE t SET amount = 1");
  await reader.close();
  const without = openSqliteReader(sourceOf(path));
  expect(await sumOf(without, path)).toBe(1000);
  writer.exec("UPDATE t SET amount = 2");
  expect(await sumOf(without, path)).toBe(2000);
  await without.close();
  writer.close();
  await source.close();
});

test("writers are kept out only while readers begin", async () => {
  const path = makeDatabase(folder.file("lock.db"), TABLE);
  const source = openSqliteSource(sourceOf(path), { clock: systemClock });
  const writer = new DatabaseSync(path, { timeout: 0 });
  await source.shareSnapshot(async () => {
    expect(() => writer.exec("UPDATE t SET amount = 0")).toThrow("locked");
  });
  expect(() => writer.exec("UPDATE t SET amount = 0")).not.toThrow();
  writer.close();
  await source.close();
});

test("a writer that does not let go is SOURCE_BUSY after a bounded wait", async () => {
  const path = makeDatabase(folder.file("busy.db"), TABLE);
  const writer = new DatabaseSync(path);
  writer.exec("BEGIN IMMEDIATE");
  const clock = sleeplessClock();
  const source = openSqliteSource(sourceOf(path), { clock });
  await expect(source.shareSnapshot(async () => undefined)).rejects.toMatchObject({
    code: "SOURCE_BUSY",
    retry: "later",
  });
  expect(clock.monotonicMs()).toBeGreaterThanOrEqual(10_000);
  writer.exec("ROLLBACK");
  let begun = 0;
  await source.shareSnapshot(async () => {
    begun += 1;
  });
  expect(begun).toBe(1);
  writer.close();
  await source.close();
});

test("a database that is not in WAL mode has one reader, and the plan says so", async () => {
  const path = folder.file("delete.db");
  const own = new DatabaseSync(path);
  own.exec(TABLE);
  own.close();
  const source = openSqliteSource(sourceOf(path), { clock: systemClock });
  const plan = await source.plan();
  expect(plan.readersMax).toBe(1);
  expect(plan.warnings.map(({ rule }) => rule)).toEqual(["one_reader"]);
  const reader = openSqliteReader(sourceOf(path));
  await source.shareSnapshot(({ id }) => reader.beginSnapshot(id));
  const [chunk] = await source.cut(plan);
  const read = await readChunk(reader, { bounds: chunk ?? {}, fields: [] });
  expect(read.rows.length).toBe(100);
  await reader.close();
  await source.close();
});

test("a table whose columns changed between chunks is SOURCE_CHANGED; other changes of the schema are not", async () => {
  const path = makeDatabase(folder.file("altered.db"), TABLE);
  const { bounds, fields } = await readWhole(sourceOf(path));
  const [first, second] = bounds;
  if (first === undefined || second === undefined) throw new RangeError("there are chunks");
  const reader = openSqliteReader(sourceOf(path));
  await readChunk(reader, { bounds: first, fields });
  const writer = new DatabaseSync(path);
  writer.exec("CREATE TABLE other (a); VACUUM");
  expect((await readChunk(reader, { bounds: second, fields })).rows.length).toBe(100);
  writer.exec("ALTER TABLE t ADD COLUMN extra TEXT");
  await expect(readChunk(reader, { bounds: second, fields })).rejects.toMatchObject({
    code: "SOURCE_CHANGED",
  });
  writer.exec("DROP TABLE t");
  await expect(readChunk(reader, { bounds: second, fields })).rejects.toMatchObject({
    code: "SOURCE_NOT_FOUND",
  });
  writer.close();
  await reader.close();
});

test("VACUUM between chunks of a table that is walked by rowid is SOURCE_CHANGED", async () => {
  const path = makeDatabase(
    folder.file("vacuum.db"),
    `CREATE TABLE t (id INT, amount INT); INSERT INTO t ${ROWS}`,
  );
  const { plan, bounds, fields } = await readWhole(sourceOf(path));
  expect(plan.warnings.map(({ rule }) => rule)).toEqual(["rowid_key"]);
  const reader = openSqliteReader(sourceOf(path));
  const own = bounds[1];
  if (own === undefined) throw new RangeError("there are chunks");
  expect((await readChunk(reader, { bounds: own, fields })).rows.length).toBe(100);
  const writer = new DatabaseSync(path);
  writer.exec("DELETE FROM t WHERE id < 50; VACUUM");
  writer.close();
  await expect(readChunk(reader, { bounds: own, fields })).rejects.toMatchObject({ code: "SOURCE_CHANGED" });
  await reader.close();
});

test("an aborted read stops between pages with the signal's reason", async () => {
  const path = makeDatabase(
    folder.file("aborted.db"),
    "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s LIMIT 5000) SELECT n FROM s",
  );
  const { bounds, fields } = await readWhole(sourceOf(path, { chunkRows: 10_000 }));
  const reader = openSqliteReader(sourceOf(path));
  const controller = new AbortController();
  const reason = new DOMException("enough", "AbortError");
  controller.abort(reason);
  const own = bounds[0];
  if (own === undefined) throw new RangeError("there is a chunk");
  await expect(readChunk(reader, { bounds: own, fields, signal: controller.signal })).rejects.toBe(reason);
  await reader.close();
});
