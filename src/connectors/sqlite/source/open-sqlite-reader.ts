/**
 * The reader of SQLite sources: one warm read-only connection, one read transaction per snapshot, or per chunk where no
 * snapshot was begun. Every chunk first makes sure that the table is still the one the plan saw.
 */
import type { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import type { Field } from "../../../columns/column-batch.ts";
import { didYouMean } from "../../../core/did-you-mean.ts";
import { assert, TidemarkError } from "../../../core/errors.ts";
import { releaseBytes } from "../../../core/large-bytes.ts";
import type { SqliteSourceDefinition } from "../../../pipeline/definition.ts";
import type { ReadRequest, RowFailure, SourceBatch, SourceReader } from "../../source-port.ts";
import { openForReading } from "../open-database.ts";
import { sourceFailure } from "../sqlite-failure.ts";
import { encodeKeyValue, TextBytes } from "../sql-value.ts";
import { schemaVersionOf } from "../table-schema.ts";
import { type ChunkBounds, decodeBounds } from "./chunk-bounds.ts";
import { PageDecoder } from "./decode/decode-page.ts";
import type { CellFault } from "./decode/cell-faults.ts";
import { openPages, type Pages } from "./open-pages.ts";
import type { Page } from "./page.ts";
import { renderRawRow } from "./render-raw-row.ts";
import { readSourceShape, type SourceShape } from "./source-shape.ts";
import { isStoredText, textEncodingOf } from "./stored-text.ts";

export function openSqliteReader(definition: SqliteSourceDefinition): SourceReader {
  return new SqliteReader(definition);
}

class SqliteReader implements SourceReader {
  readonly #definition: SqliteSourceDefinition;
  #database: DatabaseSync | undefined;
  #shape: { readonly version: number; readonly shape: SourceShape } | undefined;
  #inSnapshot = false;

  constructor(definition: SqliteSourceDefinition) {
    this.#definition = definition;
  }

  async beginSnapshot(_snapshotId: string): Promise<void> {
    try {
      const database = this.#open();
      if (this.#inSnapshot) database.exec("ROLLBACK");
      this.#inSnapshot = false;
      beginReading(database);
      this.#inSnapshot = true;
    } catch (error) {
      throw sourceFailure(error, this.#definition.path);
    }
  }

  async *read(request: ReadRequest): AsyncGenerator<SourceBatch> {
    const database = this.#open();
    const own = !this.#inSnapshot;
    let pages: Pages | undefined;
    try {
      if (own) beginReading(database);
      const bounds = decodeBounds(request.bounds);
      const shape = this.#currentShape(database, bounds);
      pages = openPages({ database, shape, bounds, request });
      yield* this.#readPages({ shape, request, pages });
    } catch (error) {
      throw sourceFailure(error, this.#definition.path);
    } finally {
      pages?.close();
      if (own && database.isTransaction) database.exec("ROLLBACK");
    }
  }

  async close(): Promise<void> {
    this.#database?.close();
    this.#database = undefined;
    this.#inSnapshot = false;
  }

  async *#readPages({ shape, request, pages }: PageReading): AsyncGenerator<SourceBatch> {
    const database = this.#open();
    const encoding = textEncodingOf(database);
    const columns = request.fields.map((field) => wantedColumn(shape, field));
    const decoder = new PageDecoder(columns, request.maxValueBytes);
    let firstRow = 0;
    for (;;) {
      request.signal.throwIfAborted();
      const page = pages.next(decoder.needsBigIntegers);
      if (page === undefined) return;
      const check = {
        isStoredText: (row: number, index: number) => isStoredText(page.readBytes(row, index), encoding),
      };
      const { batch, faults } = decoder.decode(page.rows, page.faults, check);
      const bytesRead = bytesOf(batch);
      pages.climb(page.rows.length, bytesRead);
      yield {
        batch,
        firstRow,
        failures: failuresOf(page, { faults, fields: request.fields, firstRow }),
        bytesRead,
      };
      firstRow += page.rows.length;
      if (bytesRead >= page.rows.length * RELEASE_ROW_BYTES_MIN) releaseValues(page, request.fields.length);
      // SQLite reads synchronously: without a pause no message, hence no abort, would ever arrive.
      await setImmediate();
    }
  }

  #open(): DatabaseSync {
    this.#database ??= openForReading(this.#definition.path);
    return this.#database;
  }

  /** SOURCE_CHANGED when the table is no longer what the chunk was cut from. */
  #currentShape(database: DatabaseSync, bounds: ChunkBounds): SourceShape {
    const version = schemaVersionOf(database);
    if (this.#shape?.version !== version)
      this.#shape = { version, shape: readSourceShape(database, this.#definition) };
    const { shape } = this.#shape;
    if (shape.fingerprint !== bounds.schema) {
      throw changed(shape.label, "its columns or their types are others");
    }
    if (bounds.strategy === "keyset" && bounds.version !== null && bounds.version !== version) {
      const reason =
        "the schema changed or VACUUM ran, which may renumber the rows of a table without an INTEGER PRIMARY KEY";
      throw changed(shape.label, reason);
    }
    return shape;
  }
}

interface PageReading {
  readonly shape: SourceShape;
  readonly request: ReadRequest;
  readonly pages: Pages;
}

/** A reader does not know for which pipeline it reads: the error's advice keeps the word. */
function changed(what: string, reason: string): TidemarkError {
  return new TidemarkError("SOURCE_CHANGED", { what, reason, pipeline: "PIPELINE" });
}

/** BEGIN alone takes no snapshot; the first read does. */
function beginReading(database: DatabaseSync): void {
  database.exec("BEGIN");
  try {
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function wantedColumn(
  shape: SourceShape,
  field: Field,
): { field: Field; affinity: SourceShape["columns"][number]["affinity"] } {
  const column = shape.columns.find((candidate) => candidate.field.name === field.name);
  if (column === undefined) {
    const names = shape.columns.map((candidate) => candidate.field.name);
    const hint = didYouMean(field.name, names);
    throw new TidemarkError("SOURCE_NO_COLUMN", { where: shape.label, column: field.name, hint });
  }
  return { field, affinity: column.affinity };
}

interface FaultsOfPage {
  readonly faults: readonly CellFault[];
  readonly fields: readonly Field[];
  readonly firstRow: number;
}

function failuresOf(page: Page, { faults, fields, firstRow }: FaultsOfPage): readonly RowFailure[] {
  const columns = fields.map(({ name }) => name);
  return faults.map(({ row, column, rule, message }) => {
    const values = page.rows[row];
    assert(values !== undefined, "a fault belongs to a row of its page");
    const unread = rule === "too_large" && page.faults.has(row) ? column : undefined;
    const raw = renderRawRow({
      columns,
      row: values,
      unread,
      readBytes: (index) => page.readBytes(row, index),
    });
    return { row: firstRow + row, column, rule, message, raw, place: placeOf(page, row, firstRow) };
  });
}

function placeOf(page: Page, row: number, firstRow: number): RowFailure["place"] {
  if (page.keyOf === undefined) return { row: firstRow + row };
  const key = Object.entries(page.keyOf(row)).map(([name, value]) => [name, encodeKeyValue(value)]);
  return { key: Object.fromEntries(key) };
}

/** Rows below this on average hold nothing worth to be given back early. */
const RELEASE_ROW_BYTES_MIN = 16 * 1024;

/** When the batch over them is used up; the values of the key follow the first `columnCount` and stay. */
function releaseValues({ rows }: Page, columnCount: number): void {
  for (const row of rows) {
    for (const value of row.slice(0, columnCount)) {
      if (value instanceof Uint8Array) releaseBytes(value);
      else if (value instanceof TextBytes) releaseBytes(value.bytes);
    }
  }
}

function bytesOf(batch: SourceBatch["batch"]): number {
  let bytes = 0;
  for (const column of batch.columns) {
    bytes += column.layout === "varlen" ? column.bytes.length : column.values.byteLength;
  }
  return bytes;
}
