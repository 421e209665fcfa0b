/**
 * Reads the journal of a chain of runs from the ledger, page by page: memory is bounded by a page unless the caller keeps
 * the entries. A run's journal is the entity `run/<id>`; the runs of a chain are given oldest first.
 */
import type { StoredEvent } from "../../ledger/event.ts";
import { runEntity } from "../../pipeline/run/run-context.ts";
import type { Storage } from "../../storage/port.ts";
import { appendEntries, EMPTY_JOURNAL, type Journal, type JournalEntry } from "./journal.ts";

const PAGE_ENTRIES = 1000;

export type JournalStorage = Pick<Storage, "readEntity">;

export interface JournalPageRequest {
  readonly tenant: string;
  readonly runId: string;
  /** 1-based; to follow a journal, ask again from here plus what came */
  readonly fromVersion: number;
}

/** The next entries of one run, as many as there are, up to a page. */
export async function readJournalPage(
  storage: JournalStorage,
  { tenant, runId, fromVersion }: JournalPageRequest,
): Promise<readonly JournalEntry[]> {
  const request = { tenant, entity: runEntity(runId), fromVersion, limit: PAGE_ENTRIES };
  const events = await storage.readEntity(request);
  return events.map((event) => entryOf(runId, event));
}

export async function* readJournal(
  storage: JournalStorage,
  tenant: string,
  runIds: readonly string[],
): AsyncGenerator<JournalEntry, void, undefined> {
  for (const runId of runIds) {
    let fromVersion = 1;
    for (;;) {
      const page = await readJournalPage(storage, { tenant, runId, fromVersion });
      yield* page;
      fromVersion += page.length;
      if (page.length < PAGE_ENTRIES) break;
    }
  }
}

/** The whole journal of a chain, held in memory. */
export async function collectJournal(
  storage: JournalStorage,
  tenant: string,
  runIds: readonly string[],
): Promise<Journal> {
  const entries: JournalEntry[] = [];
  for await (const entry of readJournal(storage, tenant, runIds)) entries.push(entry);
  return appendEntries(EMPTY_JOURNAL, entries);
}

function entryOf(runId: string, { header, payload, position }: StoredEvent): JournalEntry {
  return { runId, kind: header.kind, payload, atMs: header.clockMs, position };
}
