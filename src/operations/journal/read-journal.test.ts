import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../ledger/event.ts";
import { collectJournal, type JournalStorage, readJournal, readJournalPage } from "./read-journal.ts";

/** A ledger of runs with so many events each, counting what is asked of it. */
function storageWith(
  counts: Readonly<Record<string, number>>,
): JournalStorage & { readonly reads: number[] } {
  const reads: number[] = [];
  return {
    reads,
    readEntity: async ({ tenant, entity, fromVersion, limit }) => {
      reads.push(limit);
      const count = tenant === "t" ? (counts[entity] ?? 0) : 0;
      const length = Math.max(0, Math.min(limit, count - fromVersion + 1));
      return Array.from({ length }, (_, index) => storedEvent(entity, fromVersion + index));
    },
  };
}

function storedEvent(entity: string, version: number): StoredEvent {
  const payload = { version };
  return {
    position: version * 10,
    header: {
      eventId: `${entity}/${version}`,
      entity,
      version,
      kind: "dog.barked",
      schemaVersion: 1,
      tenant: "t",
      at: { wallMs: 5, counter: 0 },
      clockMs: version,
      payloadHash: "",
    },
    payloadText: JSON.stringify(payload),
    payload,
    hash: "",
  };
}

describe("readJournal", () => {
  it.each([0, 1, 999, 1000, 1001, 2500])("reads every one of %i events once, page by page", async (count) => {
    const storage = storageWith({ "run/A": count });
    const versions: unknown[] = [];
    for await (const { payload } of readJournal(storage, "t", ["A"])) versions.push(payload["version"]);
    expect(versions).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    expect(storage.reads).toHaveLength(Math.floor(count / 1000) + 1);
  });

  it("follows the runs of a chain in the order given, each entry knowing its run and its true time", async () => {
    const journal = await collectJournal(storageWith({ "run/B": 2, "run/A": 1001, "run/C": 9 }), "t", [
      "B",
      "A",
    ]);
    expect(journal.entries).toHaveLength(1003);
    expect(journal.entries.slice(0, 3)).toEqual([
      { runId: "B", kind: "dog.barked", payload: { version: 1 }, atMs: 1, position: 10 },
      { runId: "B", kind: "dog.barked", payload: { version: 2 }, atMs: 2, position: 20 },
      { runId: "A", kind: "dog.barked", payload: { version: 1 }, atMs: 1, position: 10 },
    ]);
  });

  it("gives what came since, to those who follow", async () => {
    const storage = storageWith({ "run/A": 5 });
    const page = await readJournalPage(storage, { tenant: "t", runId: "A", fromVersion: 4 });
    expect(page.map(({ payload }) => payload["version"])).toEqual([4, 5]);
    expect(await readJournalPage(storage, { tenant: "t", runId: "A", fromVersion: 6 })).toEqual([]);
  });

  it("does not show one tenant the runs of another", async () => {
    expect((await collectJournal(storageWith({ "run/A": 3 }), "other", ["A"])).entries).toEqual([]);
  });
});
