/**
 * Where the values of an indexed integer column lie, found by a few hundred look-ups in its index: no scan, no OFFSET.
 *
 * The widest stretch is split at its middle, again and again, and each half shrinks to the values that exist: holes fall
 * away. Then short runs at random places of each stretch tell how dense it is there.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Random } from "../../../core/random.ts";
import { allRows, prepareExact } from "../query-rows.ts";
import { quoteIdentifier } from "../quote-identifier.ts";

const STRETCHES = 256;
const PROBES_PER_STRETCH = 3;
/** Values of one run; few enough to stay on a page or two of the index. */
const RUN_VALUES = 33;

export interface Stretch {
  /** inclusive on both ends; both exist */
  readonly from: bigint;
  readonly to: bigint;
  /** estimate */
  readonly rows: number;
}

export interface IntegerColumn {
  readonly database: DatabaseSync;
  readonly table: string;
  /** column name, or a name of the rowid */
  readonly column: string;
  readonly hint: string;
}

/** Ordered stretches; undefined when the column holds anything but integers, or nothing. */
export function surveyIntegers(source: IntegerColumn, random: Random): readonly Stretch[] | undefined {
  const look = prepareLooks(source);
  const min = look.next(undefined);
  const max = look.previous(undefined);
  if (typeof min !== "bigint" || typeof max !== "bigint") return undefined;
  const spans = splitSpans({ from: min, to: max }, look);
  return spans.map((span) => ({ ...span, rows: estimateRows(span, look, random) }));
}

interface Span {
  readonly from: bigint;
  readonly to: bigint;
}

interface Looks {
  /** smallest value at or above; of all when undefined */
  readonly next: (at: bigint | undefined) => unknown;
  /** largest value at or below; of all when undefined */
  readonly previous: (at: bigint | undefined) => unknown;
  /** up to RUN_VALUES values from there on */
  readonly run: (at: bigint) => readonly bigint[];
}

function prepareLooks({ database, table, column, hint }: IntegerColumn): Looks {
  const name = quoteIdentifier(column);
  const from = `FROM ${quoteIdentifier(table)} ${hint}`;
  const prepare = (sql: string): ((...values: readonly bigint[]) => readonly unknown[]) => {
    const statement = prepareExact(database, sql);
    return (...values) => allRows(statement, values).map(([value]) => value);
  };
  const first = prepare(`SELECT ${name} ${from} ORDER BY ${name} LIMIT 1`);
  const last = prepare(`SELECT ${name} ${from} ORDER BY ${name} DESC LIMIT 1`);
  const above = prepare(`SELECT ${name} ${from} WHERE ${name} >= ? ORDER BY ${name} LIMIT 1`);
  const below = prepare(`SELECT ${name} ${from} WHERE ${name} <= ? ORDER BY ${name} DESC LIMIT 1`);
  const run = prepare(`SELECT ${name} ${from} WHERE ${name} >= ? ORDER BY ${name} LIMIT ${RUN_VALUES}`);
  return {
    next: (at) => (at === undefined ? first() : above(at))[0],
    previous: (at) => (at === undefined ? last() : below(at))[0],
    run: (at) => run(at).filter((value) => typeof value === "bigint"),
  };
}

function splitSpans(whole: Span, look: Looks): readonly Span[] {
  const spans: Span[] = [whole];
  while (spans.length < STRETCHES) {
    const at = widestOf(spans);
    const span = spans[at];
    if (span === undefined || span.to - span.from < 2n) break;
    const middle = span.from + (span.to - span.from) / 2n;
    const leftEnd = look.previous(middle);
    const rightStart = look.next(middle + 1n);
    if (typeof leftEnd !== "bigint" || typeof rightStart !== "bigint") break;
    spans.splice(at, 1, { from: span.from, to: leftEnd }, { from: rightStart, to: span.to });
  }
  return spans;
}

function widestOf(spans: readonly Span[]): number {
  let widest = 0;
  let width = -1n;
  for (const [at, span] of spans.entries()) {
    if (span.to - span.from <= width) continue;
    widest = at;
    width = span.to - span.from;
  }
  return widest;
}

function estimateRows(span: Span, look: Looks, random: Random): number {
  const width = Number(span.to - span.from) + 1;
  let density = 0;
  for (let probe = 0; probe < PROBES_PER_STRETCH; probe += 1) {
    // Not too near the end: a run that leaves the stretch would measure the hole behind it.
    const start = span.from + BigInt(Math.floor(random.next() * 0.9 * width));
    const run = look.run(start).filter((value) => value <= span.to);
    const first = run[0];
    const last = run.at(-1);
    if (first === undefined || last === undefined) continue;
    // Counted from where the look started, so that a gap before the first value weighs too.
    density += run.length / (Number(last - start) + 1) / PROBES_PER_STRETCH;
  }
  return Math.max(1, Math.min(width, Math.round(width * density)));
}

export function totalRows(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { rows }) => sum + rows, 0);
}

/** The value below which about `rows` rows lie. */
export function valueAtRow(stretches: readonly Stretch[], rows: number): bigint {
  let left = rows;
  for (const stretch of stretches) {
    if (left <= stretch.rows) {
      const width = Number(stretch.to - stretch.from) + 1;
      return stretch.from + BigInt(Math.max(0, Math.floor((left / stretch.rows) * width) - 1));
    }
    left -= stretch.rows;
  }
  return stretches.at(-1)?.to ?? 0n;
}
