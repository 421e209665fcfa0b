/** The pages of a chunk, by whichever way its bounds and the source's shape allow. */
import type { DatabaseSync } from "node:sqlite";
import { assert } from "../../../core/errors.ts";
import { quoteIdentifier } from "../quote-identifier.ts";
import { bindable, placeholderOf } from "../sql-value.ts";
import type { ReadRequest } from "../../source-port.ts";
import type { ChunkBounds } from "./chunk-bounds.ts";
import type { Page } from "./page.ts";
import { IteratedPages } from "./read-by-iterating.ts";
import { KeyPages } from "./read-by-key.ts";
import type { RowFilter, Selection } from "./select-statement.ts";
import type { SourceShape } from "./source-shape.ts";
import { textEncodingOf } from "./stored-text.ts";

export interface Pages {
  /** undefined when the chunk is read */
  next(bigIntegers: boolean): Page | undefined;
  climb(pageRows: number, pageBytes: number): void;
  close(): void;
}

export interface PagesRequest {
  readonly database: DatabaseSync;
  readonly shape: SourceShape;
  readonly bounds: ChunkBounds;
  readonly request: ReadRequest;
}

export function openPages({ database, shape, bounds, request }: PagesRequest): Pages {
  const columns = request.fields.map(({ name }) => name);
  const { maxValueBytes } = request;
  if (bounds.strategy === "range" || shape.key === undefined) {
    const filter = bounds.strategy === "range" ? windowFilter(bounds) : NO_FILTER;
    const selection: Selection = { shape, columns, key: [], hint: "", textColumns: [] };
    return new IteratedPages({ database, selection, filter, maxValueBytes });
  }
  const { key } = shape;
  const range = bounds.strategy === "keyset" ? bounds.range : { after: null, upTo: null };
  if (bounds.strategy === "keyset")
    assert(bounds.key.join("\n") === key.columns.join("\n"), "chunks are read by the key they were cut by");
  const textColumns = textColumnsOf(database, request);
  const selection: Selection = { shape, columns, key: key.columns, hint: key.hint, textColumns };
  return new KeyPages({ database, selection, key, range, maxValueBytes });
}

/** Bytes of text in UTF-16 would have to be made UTF-8 again: there strings do. */
function textColumnsOf(database: DatabaseSync, { fields }: ReadRequest): readonly string[] {
  if (textEncodingOf(database) !== "UTF-8") return [];
  return fields.filter(({ type }) => type.kind === "text" || type.kind === "json").map(({ name }) => name);
}

const NO_FILTER: RowFilter = { sql: "", values: [], order: [] };

/** Rows with NULL in the column belong to the window without a lower bound. */
function windowFilter({ column, from, to }: Extract<ChunkBounds, { strategy: "range" }>): RowFilter {
  const name = quoteIdentifier(column);
  const lower = from === null ? "" : `${name} >= ${placeholderOf(from)}`;
  const upper = to === null ? "" : `${name} < ${placeholderOf(to)}`;
  const both = [lower, upper].filter((sql) => sql !== "").join(" AND ");
  const sql = from === null && both !== "" ? `(${both} OR ${name} IS NULL)` : both;
  const values = [from, to].filter((value) => value !== null).map(bindable);
  return { sql, values, order: [] };
}
