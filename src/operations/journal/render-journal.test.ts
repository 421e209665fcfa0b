import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { canonicalize } from "../../core/canonical-json.ts";
import type { JsonObject } from "../../core/json-value.ts";
import { appendEntries, EMPTY_JOURNAL, type JournalEntry } from "./journal.ts";
import { journalJson } from "./journal-json.ts";
import { renderEntry } from "./render-entry.ts";
import { renderJournal } from "./render-journal.ts";

const GOLDEN = new URL("../../../docs/formats/golden/journal-v1.ndjson", import.meta.url);
const AT_MS = Date.UTC(2026, 10, 20, 10);

const golden: readonly JournalEntry[] = readFileSync(GOLDEN, "utf8")
  .trimEnd()
  .split("\n")
  .map((line, index) => ({ ...JSON.parse(line), runId: "01JD", atMs: AT_MS + index, position: index + 1 }));

const whole = appendEntries(EMPTY_JOURNAL, golden);

function like(kind: string, more: JsonObject): JournalEntry {
  const found = golden.find((entry) => entry.kind === kind);
  return { kind, runId: "01JD", atMs: AT_MS, position: 99, payload: { ...found?.payload, ...more } };
}

describe("renderJournal", () => {
  it("answers the four questions", () => {
    expect(renderJournal(whole)).toEqual([
      "What was planned?",
      "  orders: SELECT id, total FROM orders",
      "  to lake/orders (files, parquet, zstd, replace)",
      "  cut by keyset: id is unique and not null; about 500,000 rows",
      "  2 chunks of about 250,000 rows, all from one snapshot, profile balanced",
      "  validate yes, reconcile no",
      "  plan 5f0c1f3c9a5e2f6b7d8090a1b2c3d4e5f60718293a4b5c6d7e8f9001122334455, run 01JD0000000000000000000001",
      "",
      "What happened?",
      "  chunks: 1 start, 1 completed, 1 failed; the longest took 7 ms",
      "    chunk 0, attempt 1: SOURCE_BUSY: shop.db is locked by another process: busy",
      "  1 file, 249,998 rows, 4.2 MB",
      "    01JD0000000000000000000001-00000-001.parquet: 249,998 rows, 4.2 MB, sha256 b94d27b9934d3e08…",
      "  1 retry",
      "    chunk 0, attempt 2 after 87 ms: SOURCE_BUSY",
      "",
      "What degraded?",
      "  2 rows in quarantine",
      "    chunk 0: 2 rows (range 1, type 1)",
      "    kept in 01JD0000000000000000000001-00000.ndjson",
      "    for example chunk 0, row 17, column total: range, value #aa11bb22cc33dd44ee55ff6600778899",
      "    for example chunk 0, row 90210: type, value #99887766554433221100ffeeddccbbaa",
      "  1 failed quality check",
      "    FAIL rows.min: rows: 0 is less than 1",
      "  1 schema change",
      "    added note (text); removed legacy; retyped total from decimal(12,2) to decimal(14,2)",
      "  2 warnings",
      "    degraded, sqlite_journal_mode: not in WAL mode: one reader",
      "    publish: a stranger's file was moved aside",
      "  1 reader change",
      "    2 to 1 readers: lock waits",
      "",
      "What was the outcome?",
      "  completed in 1.0 s",
      "  250,000 read = 249,998 written + 2 quarantined + 0 filtered",
      "  1 file, 4.2 MB, from one snapshot",
      "  manifest: 1 part, 249,998 rows, manifest e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "  validated: 1 file as the manifest says",
      "  reconciled: DIFFERS: 250,000 in the source, 249,998 exported",
      "",
    ]);
  });

  it("says of an empty journal that there is nothing, question by question", () => {
    expect(renderJournal(EMPTY_JOURNAL)).toEqual([
      "What was planned?",
      "  nothing: no run.planned was recorded",
      "",
      "What happened?",
      "  no chunk was started",
      "",
      "What degraded?",
      "  nothing",
      "",
      "What was the outcome?",
      "  none is recorded",
      "",
    ]);
  });

  it("says when the newest run has not ended, and how the one before it did", () => {
    const resumed = appendEntries(EMPTY_JOURNAL, [
      like("run.planned", {}),
      like("run.completed", { status: "failed", error: { code: "SINK_DISK_FULL", message: "no space" } }),
      like("run.planned", { resume: true, runId: "01JE" }),
    ]);
    const lines = renderJournal(resumed);
    expect(lines).toContain("  resumed at 2026-11-20T10:00:00.000Z by run 01JD");
    expect(lines).toContain("  not ended: the newest run is under way, or it died");
    expect(lines).toContain("  before: failed in 1.0 s: SINK_DISK_FULL: no space");
  });

  it("lists every snapshot when the run was consistent per chunk", () => {
    const snapshots = [
      { id: "a", takenAtMs: AT_MS, chunks: 2 },
      { id: "b", takenAtMs: AT_MS + 1, chunks: 1 },
    ];
    const journal = appendEntries(EMPTY_JOURNAL, [
      like("run.completed", { consistency: "perChunk", snapshots }),
    ]);
    expect(renderJournal(journal)).toEqual(
      expect.arrayContaining([
        "  1 file, 4.2 MB, from 2 snapshots, consistent per chunk",
        "    snapshot of 2026-11-20T10:00:00.000Z: 2 chunks",
        "    snapshot of 2026-11-20T10:00:00.001Z: 1 chunk",
      ]),
    );
  });

  it("cuts long lists and says how much more there is", () => {
    const many = Array.from({ length: 1234 }, (_, part) => like("file.written", { name: `f${part}`, part }));
    const lines = renderJournal(appendEntries(EMPTY_JOURNAL, [like("chunk.started", {}), ...many]));
    expect(lines.filter((line) => line.startsWith("    f"))).toHaveLength(10);
    expect(lines).toContain("    … and 1,224 more");
  });

  it("shows events it does not know", () => {
    const strange = { kind: "dog.barked", payload: { times: 3 }, runId: "01JD", atMs: AT_MS, position: 7 };
    const lines = renderJournal(appendEntries(EMPTY_JOURNAL, [strange]));
    expect(lines.slice(-3)).toEqual([
      "What else was recorded? (1 event this version does not know)",
      '  2026-11-20T10:00:00.000Z  dog.barked  {"times":3}',
      "",
    ]);
  });

  it("lets no text reach the terminal as a command or a line of its own", () => {
    const nasty = "a\u001b[31mred\u001b[0m\r\nWhat was planned?\u202e\u0007\u2028x";
    const journal = appendEntries(EMPTY_JOURNAL, [
      like("run.planned", {
        query: nasty,
        why: nasty,
        destination: { kind: nasty, label: nasty },
        format: nasty,
      }),
      like("chunk.started", {}),
      like("file.written", { name: nasty }),
      like("warning.raised", { context: nasty, message: nasty }),
      like("run.completed", { error: { code: nasty, message: nasty } }),
      like("output.validated", { passed: false, failures: [nasty] }),
      { kind: nasty, payload: { nasty }, runId: "x", atMs: AT_MS, position: 1 },
    ]);
    const lines = renderJournal(journal);
    expect(lines.filter((line) => line === "What was planned?")).toHaveLength(1);
    expect(lines.join("")).not.toMatch(/[\p{Cc}\u202e\u2028]/u);
    expect(lines.join("")).toContain("a\\u{1b}[31mred");
  });
});

describe("renderEntry", () => {
  it("tells every kind in one line", () => {
    const lines = golden.map(renderEntry);
    expect(lines[0]).toBe("2026-11-20T10:00:00.000Z  run.planned  orders to lake/orders, keyset, 2 chunks");
    expect(lines[9]).toBe(
      "2026-11-20T10:00:00.009Z  chunk.completed  chunk 0, attempt 2: 249,998 rows, 4.2 MB, 412 ms",
    );
    expect(lines.filter((line) => line.includes("{") || line.includes("undefined"))).toEqual([]);
  });

  it("copes with a time that no calendar has", () => {
    expect(renderEntry({ ...like("chunk.started", {}), atMs: 1e20 })).toMatch(/^100000000000000000000 /);
  });

  it("cuts what is long", () => {
    const entry = like("warning.raised", { context: "x", message: "y".repeat(10_000) });
    expect(renderEntry(entry).length).toBeLessThan(400);
  });
});

describe("journalJson", () => {
  it("is canonical JSON with the four answers, whole", () => {
    const json = journalJson(whole);
    expect(() => canonicalize(json)).not.toThrow();
    expect(json).toMatchObject({
      pipeline: "orders",
      runs: [{ runId: "01JD", atMs: AT_MS, resume: false }],
      planned: { strategy: "keyset" },
      happened: {
        files: [{ rows: 249_998 }],
        chunks: [{ kind: "chunk.started" }, { kind: "chunk.failed" }, { kind: "chunk.completed", index: 0 }],
        longestChunkMs: 7,
      },
      degraded: { quarantined: [{ count: 2 }], warnings: [{ from: "plan" }, { from: "run" }] },
      outcome: { open: false, completed: { status: "completed" }, validated: { passed: true } },
      unknown: [],
    });
  });

  it("says null, not zero, where there is no answer", () => {
    expect(journalJson(EMPTY_JOURNAL)).toMatchObject({
      pipeline: null,
      planned: null,
      happened: { files: [], longestChunkMs: null },
      outcome: { open: false, completed: null, finalizing: null, validated: null, reconciled: null },
    });
  });
});
