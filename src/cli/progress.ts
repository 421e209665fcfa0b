/**
 * Progress of one run on stderr: in a terminal one line that is drawn again (bar, rows, rows/s, bytes, chunks, readers,
 * retries, ETA), elsewhere a plain line every few seconds. Purely for people: nothing depends on it.
 */
import type { Clock } from "../core/clock.ts";
import { formatBytes, formatCountShort, formatDuration } from "../core/format-quantity.ts";
import type { RunObserver } from "../pipeline/run/run-context.ts";
import type { Terminal } from "./terminal.ts";

const DRAW_EVERY_MS = 125;
const PLAIN_EVERY_MS = 3_000;
const BAR_CELLS = 32;
/** Control Sequence Introducer: carriage return, erase line. */
const ERASE_LINE = "\r\u001B[2K";

export interface ProgressOptions {
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly quiet: boolean;
}

interface State {
  pipeline: string;
  readers: number;
  rows: number;
  bytes: number;
  rowsEstimate: number | undefined;
  chunksDone: number;
  chunksEarlier: number;
  chunksTotal: number;
  retries: number;
  phase: string;
  startedMs: number;
  drawnMs: number;
}

export interface Progress {
  readonly observer: RunObserver;
  /** Removes the drawn line, so that a summary can take its place. */
  clear(): void;
}

export function startProgress(options: ProgressOptions): Progress {
  const { clock, terminal, quiet } = options;
  const state: State = {
    pipeline: "",
    readers: 1,
    rows: 0,
    bytes: 0,
    rowsEstimate: undefined,
    chunksDone: 0,
    chunksEarlier: 0,
    chunksTotal: 0,
    retries: 0,
    phase: "",
    startedMs: clock.monotonicMs(),
    drawnMs: 0,
  };
  const say = (line: string): void => {
    if (terminal.isInteractive) terminal.draw(ERASE_LINE);
    terminal.say(line);
  };
  const show = (isForced: boolean): void => {
    if (quiet) return;
    const nowMs = clock.monotonicMs();
    const everyMs = terminal.isInteractive ? DRAW_EVERY_MS : PLAIN_EVERY_MS;
    if (!isForced && nowMs - state.drawnMs < everyMs) return;
    state.drawnMs = nowMs;
    const elapsedMs = nowMs - state.startedMs;
    if (terminal.isInteractive)
      terminal.draw(`${ERASE_LINE}${fit(barLine(state, elapsedMs), terminal.columns)}`);
    else terminal.say(plainLine(state, elapsedMs));
  };
  const observer = observe(state, { clock, terminal, quiet, say, show });
  return {
    observer,
    clear: () => {
      if (!quiet && terminal.isInteractive) terminal.draw(ERASE_LINE);
    },
  };
}

interface Output extends ProgressOptions {
  readonly say: (line: string) => void;
  readonly show: (isForced: boolean) => void;
}

function observe(state: State, { clock, terminal, quiet, say, show }: Output): RunObserver {
  const { style } = terminal;
  return {
    onStarted: (run, plan, chunks) => {
      Object.assign(state, {
        pipeline: plan.pipeline,
        readers: plan.readers,
        rowsEstimate: plan.source.rowsEstimate,
      });
      Object.assign(state, {
        chunksTotal: chunks.total,
        chunksDone: chunks.done,
        chunksEarlier: chunks.done,
      });
      Object.assign(state, { startedMs: clock.monotonicMs(), drawnMs: clock.monotonicMs() });
      if (quiet) return;
      const resumed = chunks.done > 0 ? `, resumed: ${chunks.done} of ${chunks.total} chunks are done` : "";
      say(
        `  ${style.bold(plan.pipeline)}  ${plan.sourceLabel} → ${plan.sink.label}   ${plan.source.strategy}${resumed}   ${style.dim(run.label)}`,
      );
      for (const { message } of plan.source.warnings) say(`  ${style.warn("!")} ${message}`);
      if (terminal.isInteractive) show(true);
    },
    onProgress: (rows, bytes) => {
      state.rows += rows;
      state.bytes += bytes;
      show(false);
    },
    onChunkDone: (done, total) => {
      Object.assign(state, { chunksDone: done, chunksTotal: total });
      show(false);
    },
    onRetry: (chunk, attempt, reason) => {
      state.retries += 1;
      if (!quiet) say(`  ${style.warn("!")} chunk ${chunk}: attempt ${attempt} after: ${reason}`);
    },
    onPhase: (phase) => {
      state.phase = phase;
      if (terminal.isInteractive) show(true);
    },
    onWarning: (message) => say(`  ${style.warn("!")} ${message}`),
  };
}

function barLine(state: State, elapsedMs: number): string {
  const share = state.chunksTotal === 0 ? 0 : state.chunksDone / state.chunksTotal;
  const filled = Math.min(BAR_CELLS, Math.floor(share * BAR_CELLS));
  const bar = `${"━".repeat(filled)}╸${"─".repeat(Math.max(0, BAR_CELLS - filled - 1))}`.slice(0, BAR_CELLS);
  return `  ${bar}  ${facts(state, elapsedMs).join("   ")}`;
}

function plainLine(state: State, elapsedMs: number): string {
  return `${state.pipeline}: ${facts(state, elapsedMs).join(", ")}`;
}

function facts(state: State, elapsedMs: number): string[] {
  const share = state.chunksTotal === 0 ? 0 : state.chunksDone / state.chunksTotal;
  const perSecond = elapsedMs > 0 ? (state.rows / elapsedMs) * 1000 : 0;
  return [
    `${Math.floor(share * 100)} %`,
    `${formatCountShort(state.rows)} rows`,
    `${formatCountShort(Math.round(perSecond))} rows/s`,
    formatBytes(state.bytes),
    `chunk ${state.chunksDone}/${state.chunksTotal}`,
    `${state.readers} ${state.readers === 1 ? "reader" : "readers"}`,
    ...(state.retries === 0 ? [] : [`${state.retries} ${state.retries === 1 ? "retry" : "retries"}`]),
    ...(state.phase === "" ? etaFact(state, elapsedMs) : [state.phase]),
  ];
}

/** From the chunks this run did itself: those of earlier runs took none of its time. */
function etaFact(state: State, elapsedMs: number): string[] {
  const done = state.chunksDone - state.chunksEarlier;
  if (done <= 0) return [];
  return [`ETA ${formatDuration(Math.round((elapsedMs / done) * (state.chunksTotal - state.chunksDone)))}`];
}

function fit(line: string, columns: number): string {
  return line.length < columns ? line : line.slice(0, Math.max(0, columns - 1));
}
