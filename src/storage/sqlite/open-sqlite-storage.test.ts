import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { systemRandom } from "../../core/random.ts";
import type { Storage } from "../port.ts";
import { LOG_KEPT_BYTES } from "./ledger-database.ts";
import { openSqliteStorage, type SqliteStorageOptions } from "./open-sqlite-storage.ts";

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tidemark-open-"));
  folder = join(root, "state");
});

afterEach(() => rmSync(root, { recursive: true }));

function open(options: Partial<SqliteStorageOptions> = {}): Promise<Storage> {
  return openSqliteStorage({ folder, clock: systemClock, random: systemRandom, ...options });
}

function append(storage: Storage, fill = ""): Promise<unknown> {
  const events = [{ entity: "a", kind: "test.appended", payload: { fill } }];
  return storage.appendEvents({ tenant: "default", events });
}

/** Makes a ledger and changes it with SQLite alone. */
async function editLedger(sql: string): Promise<void> {
  const storage = await open();
  await append(storage);
  await storage.close();
  const database = new DatabaseSync(join(folder, "ledger.db"));
  database.exec(sql);
  database.close();
}

describe("openSqliteStorage", () => {
  it("makes missing folders, and leaves one file after closing", async () => {
    folder = join(root, "a", "b", "state");
    const storage = await open();
    await append(storage);
    await storage.close();
    expect(readdirSync(folder)).toEqual(["ledger.db"]);
  });

  it("makes a file that any SQLite tool reads", async () => {
    const storage = await open();
    await append(storage, "hello");
    await storage.close();
    const database = new DatabaseSync(join(folder, "ledger.db"), { readOnly: true });
    expect(database.prepare("SELECT entity, version, payload FROM events").all()).toEqual([
      { __proto__: null, entity: "a", version: 1, payload: '{"fill":"hello"}' },
    ]);
    expect(database.prepare("PRAGMA integrity_check").get()).toMatchObject({ integrity_check: "ok" });
    database.close();
  });

  it("gives every ledger an id and a salt of its own", async () => {
    const first = await open();
    const second = await open({ folder: join(root, "other") });
    expect(first.ledgerId).toMatch(/^[0-9A-Z]{26}$/);
    expect(second.ledgerId).not.toBe(first.ledgerId);
    expect(second.salt).not.toEqual(first.salt);
    await Promise.all([first.close(), second.close()]);
  });

  it("is opened by several at once while it is made", async () => {
    const storages = await Promise.all([open(), open(), open()]);
    expect(new Set(storages.map(({ ledgerId }) => ledgerId)).size).toBe(1);
    await Promise.all(storages.map((storage) => append(storage)));
    expect(await storages[0]?.durablePosition()).toBe(3);
    await Promise.all(storages.map((storage) => storage.close()));
  });

  it("refuses a format it does not know, naming both", async () => {
    await editLedger("UPDATE meta SET value = '2' WHERE name = 'format'");
    await expect(open()).rejects.toMatchObject({ code: "STORAGE_NEWER", details: { found: 2, known: 1 } });
  });

  it("opens a file with a migration it does not know, while the format is known", async () => {
    await editLedger(
      "UPDATE meta SET value = '9' WHERE name = 'migration'; ALTER TABLE events ADD COLUMN later TEXT",
    );
    const storage = await open();
    await append(storage);
    expect(await storage.durablePosition()).toBe(2);
    await storage.close();
  });

  it.each([
    ["its format is not a number", "UPDATE meta SET value = 'x' WHERE name = 'format'"],
    ["it has no salt", "DELETE FROM meta WHERE name = 'salt'"],
    ["it has no meta table", "DROP TABLE meta"],
  ])("refuses a ledger when %s", async (_, sql) => {
    await editLedger(sql);
    await expect(open()).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
  });

  it("refuses a file that is not SQLite, and leaves it as it is", async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, "ledger.db"), "these are not the bytes you are looking for".repeat(100));
    const before = readFileSync(join(folder, "ledger.db"));
    await expect(open()).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
    expect(readFileSync(join(folder, "ledger.db")).equals(before)).toBe(true);
  });

  it("refuses another program's SQLite file", async () => {
    mkdirSync(folder);
    const database = new DatabaseSync(join(folder, "ledger.db"));
    database.exec("CREATE TABLE songs (title TEXT)");
    database.close();
    await expect(open()).rejects.toMatchObject({
      code: "STORAGE_CORRUPT",
      message: expect.stringContaining("not a ledger"),
    });
  });

  it("refuses a truncated file", async () => {
    await editLedger("SELECT 1");
    const bytes = readFileSync(join(folder, "ledger.db"));
    writeFileSync(join(folder, "ledger.db"), bytes.subarray(0, 5_000));
    await expect(open()).rejects.toMatchObject({ code: "STORAGE_CORRUPT" });
  });

  it("refuses a folder that is a file, or lies below one", async () => {
    writeFileSync(folder, "");
    await expect(open()).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
    folder = join(folder, "below");
    await expect(open()).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
  });

  it("refuses a ledger.db that is a folder", async () => {
    mkdirSync(join(folder, "ledger.db"), { recursive: true });
    await expect(open()).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
  });

  it("refuses a place where no folder can be made", async () => {
    folder = "/proc/tidemark-state";
    await expect(open()).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
  });
});

describe("a storage whose file others hold", () => {
  it("says STORAGE_BUSY when its time is up, having done nothing, and works afterwards", async () => {
    const storage = await open({ busyTimeoutMs: 60 });
    const other = new DatabaseSync(join(folder, "ledger.db"));
    other.exec("BEGIN IMMEDIATE");
    const outcomes = await Promise.allSettled([append(storage), append(storage)]);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "STORAGE_BUSY", retry: "later" } });
    expect(await storage.durablePosition()).toBe(0);
    other.exec("ROLLBACK");
    await append(storage);
    expect(await storage.durablePosition()).toBe(1);
    other.close();
    await storage.close();
  });

  it("waits without holding up this thread", async () => {
    const storage = await open();
    const other = new DatabaseSync(join(folder, "ledger.db"));
    other.exec("BEGIN IMMEDIATE");
    const appending = append(storage);
    let settled = false;
    void appending.then(() => (settled = true));
    for (let turn = 0; turn < 200; turn += 1) await setImmediate();
    expect(settled).toBe(false);
    other.exec("COMMIT");
    await appending;
    other.close();
    await storage.close();
  });
});

describe("the log", () => {
  /** What is kept, and the groups that may be under way when it is looked at. */
  const shortBytes = LOG_KEPT_BYTES * 1.5;

  it("stays short however much is written", async () => {
    const storage = await open();
    let largestBytes = 0;
    for (let round = 0; round < 40; round += 1) {
      await Promise.all(Array.from({ length: 40 }, () => append(storage, "x".repeat(50_000))));
      largestBytes = Math.max(largestBytes, await storage.logBytes());
    }
    expect(largestBytes).toBeGreaterThan(0);
    expect(largestBytes).toBeLessThan(shortBytes);
    expect(await storage.durablePosition()).toBe(1_600);
    await storage.close();
  });

  it("grows while a reader holds it and is short again afterwards, and nothing is lost", async () => {
    const storage = await open();
    await append(storage);
    const reader = new DatabaseSync(join(folder, "ledger.db"), { readOnly: true });
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM events").get();
    const fill = async (): Promise<number> => {
      for (let round = 0; round < 40; round += 1)
        await Promise.all(Array.from({ length: 40 }, () => append(storage, "x".repeat(50_000))));
      return storage.logBytes();
    };
    const heldBytes = await fill();
    expect(heldBytes).toBeGreaterThan(70_000_000);
    reader.exec("COMMIT");
    reader.close();
    expect(await fill()).toBeLessThan(heldBytes * 1.5);
    await fill();
    expect(await storage.logBytes()).toBeLessThan(shortBytes);
    expect(await storage.durablePosition()).toBe(4_801);
    await storage.close();
  });
});
