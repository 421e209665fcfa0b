/**
 * Windows of an integer or date column. One pass counts the rows of equally wide windows between minimum and maximum; sparse
 * neighbours are joined, and windows that hold far too much are cut again by a pass of their own. Values of any other
 * kind (text among the integers, NULL) are counted nowhere and still belong to exactly one window, as SQLite orders all.
 */
import type { DatabaseSync } from "node:sqlite";
import { assert } from "../../../core/errors.ts";
import { renderDays } from "../../../columns/render-value.ts";
import { quoteIdentifier } from "../quote-identifier.ts";
import { queryRows } from "../query-rows.ts";
import type { SqlValue } from "../sql-value.ts";
import type { SourceShape } from "./source-shape.ts";

const WINDOWS_MAX = 2048;
const RECUTS_MAX = 8;

export interface RangeCut {
  readonly database: DatabaseSync;
  readonly shape: SourceShape;
  readonly column: string;
  readonly chunkRows: number;
}

export interface Window {
  /** null: no bound */
  readonly from: SqlValue;
  readonly to: SqlValue;
}

/** How the column's values are put on a line of integers, and how a place on it becomes a bound again. */
interface Scale {
  readonly expression: string;
  readonly boundOf: (place: bigint) => SqlValue;
}

export function isRangeType(kind: string): boolean {
  return kind === "int" || kind === "date" || kind === "timestamp";
}

/** Windows in order, half-open; the first has no lower bound, the last no upper. */
export function cutRange(cut: RangeCut): readonly Window[] {
  const scale = scaleOf(cut);
  const whole = extentOf(cut, scale);
  if (whole === undefined) return [{ from: null, to: null }];
  const starts = cutExtent(cut, scale, { extent: whole, depth: 0 });
  const bounds = starts.slice(1).map(scale.boundOf);
  return [null, ...bounds].map((from, at) => ({ from, to: bounds[at] ?? null }));
}

function scaleOf({ shape, column }: RangeCut): Scale {
  const found = shape.columns.find(({ field }) => field.name === column);
  assert(found !== undefined, "the range column was looked up before");
  const name = quoteIdentifier(column);
  if (found.field.type.kind === "int") return { expression: name, boundOf: (place) => place };
  // Text dates and times compare like their days: a bound of the day alone comes before all times of that day.
  const days = `CAST(floor(julianday(${name}) - 2440587.5) AS INTEGER)`;
  return { expression: days, boundOf: (place) => renderDays(Number(place)) };
}

interface Extent {
  readonly from: bigint;
  /** inclusive */
  readonly to: bigint;
}

function extentOf({ database, shape }: RangeCut, { expression }: Scale): Extent | undefined {
  const condition = [`typeof(${expression}) = 'integer'`, shape.where]
    .filter((sql) => sql !== "")
    .join(" AND ");
  const sql = `SELECT min(${expression}), max(${expression}) FROM ${shape.from} WHERE ${condition}`;
  const [from, to] = queryRows(database, sql)[0] ?? [];
  return typeof from === "bigint" && typeof to === "bigint" ? { from, to } : undefined;
}

/** Starts of the windows of an extent, one at or below its own start first. Windows are as wide as a power of two. */
function cutExtent(
  cut: RangeCut,
  scale: Scale,
  { extent, depth }: { readonly extent: Extent; readonly depth: number },
): readonly bigint[] {
  let shift = 0n;
  while ((extent.to >> shift) - (extent.from >> shift) >= WINDOWS_MAX) shift += 1n;
  const starts: bigint[] = [extent.from];
  let rows = 0;
  for (const [place, count] of countWindows(cut, scale, { extent, shift })) {
    const start = place << shift;
    if (rows > 0 && rows + count > cut.chunkRows) {
      starts.push(start);
      rows = 0;
    }
    if (count > cut.chunkRows * 2 && shift > 0n && depth < RECUTS_MAX) {
      const inside = { from: start, to: start + (1n << shift) - 1n };
      starts.push(...cutExtent(cut, scale, { extent: inside, depth: depth + 1 }).slice(1));
      rows = cut.chunkRows;
    } else rows += count;
  }
  return starts;
}

function countWindows(
  { database, shape }: RangeCut,
  { expression }: Scale,
  { extent, shift }: { readonly extent: Extent; readonly shift: bigint },
): readonly (readonly [bigint, number])[] {
  const inside = `typeof(${expression}) = 'integer' AND ${expression} BETWEEN ? AND ?`;
  const condition = [inside, shape.where].filter((sql) => sql !== "").join(" AND ");
  const sql = `SELECT (${expression}) >> ? AS place, count(*) FROM ${shape.from} WHERE ${condition} GROUP BY 1 ORDER BY 1`;
  const rows = queryRows(database, sql, [shift, extent.from, extent.to]);
  return rows.map(([place, count]) => [typeof place === "bigint" ? place : 0n, Number(count)] as const);
}
