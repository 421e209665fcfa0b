import { describe, expect, it } from "vitest";
import { VirtualClock } from "../core/virtual-clock.ts";
import type { PipelinePlan } from "../pipeline/plan/sealed-plan.ts";
import type { RunRow } from "../storage/port.ts";
import { type Progress, startProgress } from "./progress.ts";
import type { Style, Terminal } from "./terminal.ts";

const plain = (text: string): string => text;
const STYLE: Style = { ok: plain, warn: plain, fail: plain, dim: plain, bold: plain };

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only what is shown
const PLAN = {
  pipeline: "orders",
  sourceLabel: "shop.db: orders",
  planHash: "abc",
  readers: 2,
  source: { strategy: "keyset", query: "SELECT 1", why: "of its key", warnings: [], rowsEstimate: 1_000_000 },
  sink: { label: "orders" },
} as unknown as PipelinePlan;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only what is shown
const RUN = { label: "run-1" } as unknown as RunRow;

interface Shown {
  readonly clock: VirtualClock;
  readonly progress: Progress;
  readonly said: string[];
  readonly drawn: string[];
}

function show(columns: number | null, options: { quiet?: boolean; verbose?: boolean } = {}): Shown {
  const said: string[] = [];
  const drawn: string[] = [];
  const terminal: Terminal = {
    isInteractive: columns !== null,
    columns: columns ?? 80,
    style: STYLE,
    say: (line) => void said.push(line),
    draw: (text) => void drawn.push(text),
  };
  const clock = new VirtualClock();
  const progress = startProgress({ clock, terminal, quiet: false, verbose: false, ...options });
  return { clock, progress, said, drawn };
}

/** Half of the rows in two seconds, and one of four chunks. */
async function halfWay({ clock, progress }: Shown): Promise<void> {
  progress.observer.onStarted(RUN, PLAN, { total: 4, done: 0 });
  await clock.advance(2_000);
  progress.observer.onProgress(500_000, 20_000_000);
  await clock.advance(200);
  progress.observer.onChunkDone(1, 4);
}

/** What stands on the line now. */
function lastLine({ drawn }: Shown): string {
  return (drawn.at(-1) ?? "").replace("\r\u001B[2K", "");
}

describe("progress in a terminal", () => {
  it("fills the line with a bar by rows or chunks, whichever tells more, and the numbers", async () => {
    const shown = show(110);
    await halfWay(shown);
    expect(lastLine(shown)).toMatch(
      /^ {2}━{16}╸─{15} {2}50 % {2}500 k rows {2}227 k rows\/s {2}20 MB {2}chunk 1\/4 {2}2 readers {2}ETA 3\.0 s$/,
    );
  });

  it.each([110, 80, 60, 20])("never wraps at %i columns", async (columns) => {
    const shown = show(columns);
    await halfWay(shown);
    for (const text of shown.drawn) expect(text.replace("\r\u001B[2K", "").length).toBeLessThan(columns);
  });

  it("does not claim to be done before the last chunk is", async () => {
    const shown = show(110);
    await halfWay(shown);
    await shown.clock.advance(1_000);
    shown.progress.observer.onProgress(5_000_000, 1);
    expect(lastLine(shown)).toContain("99 %");
    await shown.clock.advance(1_000);
    shown.progress.observer.onChunkDone(4, 4);
    expect(lastLine(shown)).toContain("100 %");
  });

  it("counts a resumed run by chunks and takes nothing for the earlier ones into the rate", async () => {
    const shown = show(110);
    shown.progress.observer.onStarted(RUN, PLAN, { total: 4, done: 2 });
    expect(shown.said[0]).toContain("resumed: 2 of 4 chunks are done");
    await shown.clock.advance(1_000);
    shown.progress.observer.onChunkDone(3, 4);
    expect(lastLine(shown)).toMatch(/75 %.*ETA 1\.0 s/);
  });
});

describe("progress elsewhere", () => {
  it("is a plain line every three seconds, without any control character", async () => {
    const shown = show(null);
    await halfWay(shown);
    expect(shown.said).toHaveLength(1);
    await shown.clock.advance(1_000);
    shown.progress.observer.onProgress(10, 10);
    shown.progress.observer.onProgress(10, 10);
    expect(shown.said.slice(1)).toEqual([
      "orders: 50 %, 500 k rows, 156 k rows/s, 20 MB, chunk 1/4, 2 readers, ETA 4.0 s",
    ]);
    expect(shown.drawn).toEqual([]);
  });

  it("is nothing when quiet but warnings", async () => {
    const shown = show(110, { quiet: true });
    await halfWay(shown);
    shown.progress.observer.onRetry(1, 2, "busy");
    shown.progress.clear();
    expect([shown.said, shown.drawn]).toEqual([[], []]);
    shown.progress.observer.onWarning("careful");
    expect(shown.said).toEqual(["  ! careful"]);
  });

  it("verbose also says how the source is read and every chunk", async () => {
    const shown = show(null, { verbose: true });
    await halfWay(shown);
    expect(shown.said.slice(1)).toEqual([
      "  reads SELECT 1",
      "  cut by keyset: of its key",
      "  plan abc",
      "  chunk 1 of 4 is committed",
    ]);
  });
});
