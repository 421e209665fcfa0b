/** Several open a state that does not exist yet, while somebody looks into the file: all of them open it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { systemRandom } from "../../src/core/random.ts";
import { openSqliteStorage } from "../../src/storage/sqlite/open-sqlite-storage.ts";

const ROUNDS = 12;

it("a state that is made by three at once, under a reader's eyes, opens for all of them", async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const folder = mkdtempSync(join(tmpdir(), "tidemark-race-"));
    const over = new AbortController();
    const looking = lookUntil(over.signal, join(folder, "ledger.db"));
    const open = (): ReturnType<typeof openSqliteStorage> =>
      openSqliteStorage({ folder, clock: systemClock, random: systemRandom });
    const storages = await Promise.all([open(), open(), open()]);
    over.abort();
    await looking;
    expect(new Set(storages.map(({ ledgerId }) => ledgerId)).size).toBe(1);
    await Promise.all(storages.map((storage) => storage.close()));
    rmSync(folder, { recursive: true });
  }
});

async function lookUntil(over: AbortSignal, path: string): Promise<void> {
  while (!over.aborted) {
    try {
      using ledger = new DatabaseSync(path, { readOnly: true });
      ledger.prepare("SELECT count(*) FROM events").get();
    } catch {
      // not there yet, or half made: what a reader meets is not the question here
    }
    await new Promise((wake) => setImmediate(wake));
  }
}
