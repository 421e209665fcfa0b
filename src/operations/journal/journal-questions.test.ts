import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../core/json-value.ts";
import { appendEntries, EMPTY_JOURNAL, type Journal, type JournalEntry } from "./journal.ts";
import {
  chunkEvents,
  files,
  finalOutcome,
  isOpen,
  longestChunkMs,
  parallelismChanges,
  planSnapshot,
  qualityIssues,
  quarantined,
  reconciliation,
  retries,
  schemaChanges,
  validation,
  warnings,
} from "./journal-questions.ts";
import { isJournalEvent, JOURNAL_KINDS } from "./journal-shapes.ts";

const GOLDEN = new URL("../../../docs/formats/golden/journal-v1.ndjson", import.meta.url);

/** One event of every kind, as version 1 wrote them. */
const golden: readonly { readonly kind: string; readonly payload: JsonObject }[] = readFileSync(
  GOLDEN,
  "utf8",
)
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));

function entry(kind: string, more: JsonObject = {}, atMs = 0): JournalEntry {
  const payload = { ...golden.find((event) => event.kind === kind)?.payload, ...more };
  return { kind, payload, runId: "R1", atMs, position: 1 };
}

function journalOf(...entries: readonly JournalEntry[]): Journal {
  return appendEntries(EMPTY_JOURNAL, entries);
}

const mix: Journal = journalOf(...golden.map(({ kind }) => entry(kind)));

function started(index: number, atMs: number): JournalEntry {
  return entry("chunk.started", { index }, atMs);
}

function completed(index: number, atMs: number): JournalEntry {
  return entry("chunk.completed", { index }, atMs);
}

describe("a journal", () => {
  it("is empty when it is new", () => {
    expect(EMPTY_JOURNAL).toEqual({ entries: [], known: [], unknown: [] });
  });

  it("holds what is appended and leaves the journal before as it was", () => {
    const one = journalOf(entry("run.planned"));
    const two = appendEntries(one, [entry("run.completed")]);
    expect(one.entries).toHaveLength(1);
    expect(two.entries.map(({ kind }) => kind)).toEqual(["run.planned", "run.completed"]);
  });

  it("keeps many entries in the order in which they were appended, whatever their times", () => {
    const entries = Array.from({ length: 500 }, (_, index) => started(index, 500 - index));
    const journal = appendEntries(journalOf(...entries.slice(0, 200)), entries.slice(200));
    expect(chunkEvents(journal).map(({ payload }) => payload.index)).toEqual(
      entries.map((_, index) => index),
    );
    expect(journal.entries.map(({ atMs }) => atMs)).toEqual(entries.map(({ atMs }) => atMs));
  });

  it("knows one golden event of every kind", () => {
    expect(golden.map(({ kind }) => kind).toSorted()).toEqual(JOURNAL_KINDS.toSorted());
    expect(golden.filter((event) => !isJournalEvent(event))).toEqual([]);
  });

  it("knows an event to which a later version added members", () => {
    expect(
      golden.every(({ kind, payload }) => isJournalEvent({ kind, payload: { ...payload, later: 1 } })),
    ).toBe(true);
  });

  it("keeps events it does not know, by kind or by shape", () => {
    const strange = [
      entry("dog.barked"),
      { ...entry("chunk.started"), payload: { index: "one" } },
      entry("toString"),
    ];
    const journal = journalOf(entry("run.planned"), ...strange);
    expect(journal.entries).toHaveLength(4);
    expect(journal.known.map(({ kind }) => kind)).toEqual(["run.planned"]);
    expect(journal.unknown).toEqual(strange);
  });

  it("does not know an event that lacks a member", () => {
    const cases = golden.flatMap(({ kind, payload }) =>
      Object.keys(payload).map((member) => ({ kind, payload, member })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...cases), ({ kind, payload, member }) => {
        const rest = Object.fromEntries(Object.entries(payload).filter(([name]) => name !== member));
        expect(isJournalEvent({ kind, payload: rest })).toBe(false);
      }),
    );
  });
});

describe("what was planned", () => {
  it("is not there in an empty journal", () => {
    expect(planSnapshot(EMPTY_JOURNAL)).toBeUndefined();
  });

  it("is the first plan", () => {
    const journal = journalOf(
      started(0, 1),
      entry("run.planned", { runId: "first" }),
      entry("run.planned", { runId: "second", resume: true }),
    );
    expect(planSnapshot(journal)?.runId).toBe("first");
  });
});

describe("the lists", () => {
  const questions: readonly (readonly [
    string,
    (journal: Journal) => readonly unknown[],
    readonly string[],
  ])[] = [
    ["files", files, ["file.written"]],
    ["retries", retries, ["retry.attempted"]],
    ["qualityIssues", qualityIssues, ["quality.failed"]],
    ["schemaChanges", schemaChanges, ["schema.changed"]],
    ["quarantined", quarantined, ["records.quarantined"]],
    ["parallelismChanges", parallelismChanges, ["parallelism.adjusted"]],
  ];

  it.each(questions)("%s is empty in an empty journal", (_, ask) => {
    expect(ask(EMPTY_JOURNAL)).toEqual([]);
  });

  it.each(questions)("%s takes its own events out of a mix, in order", (_, ask, kinds) => {
    const twice = appendEntries(mix, mix.entries);
    const own = golden.filter(({ kind }) => kinds.includes(kind)).map(({ payload }) => payload);
    expect(own).not.toEqual([]);
    expect(ask(twice)).toEqual([...own, ...own]);
  });

  it("chunkEvents are starts, completions and failures, with their times", () => {
    expect(chunkEvents(EMPTY_JOURNAL)).toEqual([]);
    expect(chunkEvents(mix).map(({ kind }) => kind)).toEqual([
      "chunk.started",
      "chunk.failed",
      "chunk.completed",
    ]);
    expect(chunkEvents(journalOf(started(3, 77)))).toMatchObject([
      { atMs: 77, runId: "R1", payload: { index: 3 } },
    ]);
  });

  it("warnings are those of the plan and those of the run, in order", () => {
    expect(warnings(EMPTY_JOURNAL)).toEqual([]);
    expect(warnings(mix)).toEqual([
      {
        from: "plan",
        level: "degraded",
        about: "sqlite_journal_mode",
        message: "not in WAL mode: one reader",
      },
      { from: "run", level: "warning", about: "publish", message: "a stranger's file was moved aside" },
    ]);
  });
});

describe("the longest chunk", () => {
  it("is none when the journal is empty, and none without a pair", () => {
    expect(longestChunkMs(EMPTY_JOURNAL)).toBeUndefined();
    expect(longestChunkMs(journalOf(completed(0, 5), started(1, 6)))).toBeUndefined();
  });

  it("is found between chunks that overlap", () => {
    const journal = journalOf(
      started(0, 0),
      started(1, 10),
      completed(1, 110),
      completed(0, 90),
      started(2, 95),
    );
    expect(longestChunkMs(journal)).toBe(100);
  });

  it("pairs a chunk that was started again with its latest start", () => {
    expect(longestChunkMs(journalOf(started(0, 0), started(0, 1000), completed(0, 1010)))).toBe(10);
  });

  it("does not count a gap that is negative, nor a second completion", () => {
    expect(longestChunkMs(journalOf(started(0, 100), completed(0, 50)))).toBeUndefined();
    expect(longestChunkMs(journalOf(started(0, 0), completed(0, 5), completed(0, 500)))).toBe(5);
  });

  it("may be zero", () => {
    expect(longestChunkMs(journalOf(started(0, 9), completed(0, 9)))).toBe(0);
  });

  it("is the longest of all chunks in whatever order their events fall", () => {
    const span = fc.record({ start: fc.nat(1000), length: fc.nat(1000) });
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 20 }), (spans) => {
        const events = spans.flatMap(({ start, length }, index) => [
          { at: start, entry: started(index, start) },
          { at: start + length, entry: completed(index, start + length) },
        ]);
        const journal = journalOf(...events.toSorted((a, b) => a.at - b.at).map((event) => event.entry));
        expect(longestChunkMs(journal)).toBe(Math.max(...spans.map(({ length }) => length)));
      }),
    );
  });
});

describe("the outcome", () => {
  it("is not there before a run has ended", () => {
    expect(finalOutcome(EMPTY_JOURNAL)).toBeUndefined();
    expect(finalOutcome(journalOf(entry("run.planned"), started(0, 1)))).toBeUndefined();
  });

  it("is the last of several, whatever follows it", () => {
    const journal = journalOf(
      entry("run.completed", { status: "interrupted" }),
      entry("run.planned", { resume: true }),
      entry("run.completed", { status: "completed" }),
      entry("warning.raised"),
    );
    expect(finalOutcome(journal)?.status).toBe("completed");
  });

  it("is open while the newest run of the chain has not ended", () => {
    expect(isOpen(EMPTY_JOURNAL)).toBe(false);
    const begun = journalOf(entry("run.planned"));
    const ended = appendEntries(begun, [entry("run.completed"), entry("warning.raised")]);
    const resumed = appendEntries(ended, [entry("run.planned", { resume: true })]);
    expect([begun, ended, resumed].map(isOpen)).toEqual([true, false, true]);
  });

  it("names the last validation and reconciliation", () => {
    expect(validation(EMPTY_JOURNAL)).toBeUndefined();
    expect(reconciliation(EMPTY_JOURNAL)).toBeUndefined();
    const later = [
      entry("output.validated", { passed: false }),
      entry("source.reconciled", { matched: true }),
    ];
    const journal = appendEntries(mix, later);
    expect(validation(journal)?.passed).toBe(false);
    expect(reconciliation(journal)?.matched).toBe(true);
  });
});
