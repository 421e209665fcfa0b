/**
 * Progress of one run on stderr: in a terminal one line that is drawn again (bar, rows, rows/s, bytes, chunks, readers,
 * retries, ETA), elsewhere a plain line every few seconds. Purely for people: nothing depends on it.
 */
import type { Clock } from "../core/clock.ts";
import { formatBytes, formatCountShort, formatDuration } from "../core/format-quantity.ts";
import type { PipelinePlan } from "../pipeline/plan/sealed-plan.ts";
import type { RunObserver } from "../pipeline/run/run-context.ts";
import type { RunRow } from "../storage/port.ts";
import type { Style, Terminal } from "./terminal.ts";

const DRAW_EVERY_MS = 125;
const PLAIN_EVERY_MS = 3_000;
const ETA_AFTER_MS = 1_000;
const BAR_CELLS_MAX = 32;
/** A bar shorter than this tells nothing: the numbers stand alone. */
const BAR_CELLS_MIN = 8;
/** What an estimate may claim at most: only commits make it whole. */
const ALMOST_ALL = 0.99;
/** Control Sequence Introducer: carriage return, erase line. */
const ERASE_LINE = "\r\u001B[2K";

export interface ProgressOptions {
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly quiet: boolean;
  /** also how the source is read, and each chunk */
  readonly verbose: boolean;
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
    if (terminal.isInteractive) terminal.draw(`${ERASE_LINE}${barLine(state, elapsedMs, terminal.columns)}`);
    else terminal.say(plainLine(state, elapsedMs));
  };
  const observer = observe(state, { ...options, say, show });
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

function observe(state: State, { clock, terminal, quiet, verbose, say, show }: Output): RunObserver {
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
      for (const line of startLines(run, plan, chunks, style)) say(line);
      if (verbose) for (const line of planLines(plan)) say(line);
      if (terminal.isInteractive) show(true);
    },
    onProgress: (rows, bytes) => {
      state.rows += rows;
      state.bytes += bytes;
      show(false);
    },
    onChunkDone: (done, total) => {
      Object.assign(state, { chunksDone: done, chunksTotal: total });
      if (verbose) say(`  chunk ${done} of ${total} is committed`);
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

function startLines(
  run: RunRow,
  { pipeline, sourceLabel, sink, source }: PipelinePlan,
  chunks: { readonly total: number; readonly done: number },
  style: Style,
): string[] {
  const resumed = chunks.done > 0 ? `, resumed: ${chunks.done} of ${chunks.total} chunks are done` : "";
  return [
    `  ${style.bold(pipeline)}  ${sourceLabel} → ${sink.label}   ${source.strategy}${resumed}   ${style.dim(run.label)}`,
    ...source.warnings.map(({ message }) => `  ${style.warn("!")} ${message}`),
  ];
}

function planLines({ source, planHash }: PipelinePlan): string[] {
  return [`  reads ${source.query}`, `  cut by ${source.strategy}: ${source.why}`, `  plan ${planHash}`];
}

/** Fills the line: the bar takes what the numbers leave. */
function barLine(state: State, elapsedMs: number, columns: number): string {
  const numbers = facts(state, elapsedMs).join("  ");
  const cells = Math.min(BAR_CELLS_MAX, columns - numbers.length - 5);
  if (cells < BAR_CELLS_MIN) return `  ${numbers}`.slice(0, Math.max(0, columns - 1));
  const filled = Math.floor(shareDone(state) * cells);
  const bar = `${"━".repeat(filled)}╸${"─".repeat(Math.max(0, cells - filled - 1))}`.slice(0, cells);
  return `  ${bar}  ${numbers}`;
}

/** By chunks, or by rows where they tell more: a source of one chunk would stand at 0 % to the end. */
function shareDone({ chunksDone, chunksEarlier, chunksTotal, rows, rowsEstimate = 0 }: State): number {
  const byChunks = chunksTotal === 0 ? 0 : chunksDone / chunksTotal;
  if (chunksEarlier > 0 || rowsEstimate === 0 || chunksDone === chunksTotal) return byChunks;
  return Math.max(byChunks, Math.min(ALMOST_ALL, rows / rowsEstimate));
}

function plainLine(state: State, elapsedMs: number): string {
  return `${state.pipeline}: ${facts(state, elapsedMs).join(", ")}`;
}

function facts(state: State, elapsedMs: number): string[] {
  const perSecond = elapsedMs > 0 ? (state.rows / elapsedMs) * 1000 : 0;
  return [
    `${Math.floor(shareDone(state) * 100)} %`,
    `${formatCountShort(state.rows)} rows`,
    `${formatCountShort(Math.round(perSecond))} rows/s`,
    formatBytes(state.bytes),
    `chunk ${state.chunksDone}/${state.chunksTotal}`,
    `${state.readers} ${state.readers === 1 ? "reader" : "readers"}`,
    ...(state.retries === 0 ? [] : [`${state.retries} ${state.retries === 1 ? "retry" : "retries"}`]),
    ...(state.phase === "" ? etaFact(state, elapsedMs) : [state.phase]),
  ];
}

/** From the share this run did itself: chunks of earlier runs took none of its time. */
function etaFact(state: State, elapsedMs: number): string[] {
  const earlier = state.chunksTotal === 0 ? 0 : state.chunksEarlier / state.chunksTotal;
  const own = shareDone(state) - earlier;
  // The first chunk is still starting: a guess from so little only startles.
  if (own <= 0 || elapsedMs < ETA_AFTER_MS) return [];
  const leftMs = (elapsedMs / own) * (1 - earlier - own);
  return [`ETA ${formatDuration(Math.ceil(leftMs / 1000) * 1000)}`];
}
