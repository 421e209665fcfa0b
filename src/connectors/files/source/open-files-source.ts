/**
 * The files source on the main thread: which files, which columns, how they are cut. CSV and NDJSON files are one chunk
 * each, Parquet files one chunk a row group. Files are taken to be immutable: every chunk is pinned to the size and
 * modification time its file had when it was listed, and a changed file stops the run (SOURCE_CHANGED).
 */
import { type Clock, systemClock } from "../../../core/clock.ts";
import type { JsonObject } from "../../../core/json-value.ts";
import { sha256Hex } from "../../../core/sha256.ts";
import { MemberGuess } from "../../../formats/ndjson/infer-members.ts";
import type { FilesSourceDefinition } from "../../../pipeline/definition.ts";
import { formatLogicalType } from "../../../columns/logical-type.ts";
import type {
  ColumnDescription,
  Source,
  SourceDescription,
  SourcePlan,
  SourceSnapshot,
} from "../../source-port.ts";
import { agreeColumns, memberColumns } from "./agree-columns.ts";
import { encodeBounds } from "./chunk-bounds.ts";
import { type FileShape, inspectFile } from "./inspect-file.ts";
import { type ListedFile, listFiles } from "./list-files.ts";

interface Inspection {
  readonly shapes: readonly FileShape[];
  readonly columns: readonly ColumnDescription[];
  /** declared columns that no sampled line has */
  readonly unseen: readonly string[];
}

export function openFilesSource(definition: FilesSourceDefinition, clock: Clock = systemClock): Source {
  return new FilesSource(definition, clock);
}

/** Lists and inspects once: all answers are about the same files. */
class FilesSource implements Source {
  readonly #definition: FilesSourceDefinition;
  readonly #clock: Clock;
  #files: readonly ListedFile[] | undefined;
  #inspection: Inspection | undefined;

  constructor(definition: FilesSourceDefinition, clock: Clock) {
    this.#definition = definition;
    this.#clock = clock;
  }

  async describe(): Promise<SourceDescription> {
    return { label: shownPath(this.#definition), columns: this.#inspect().columns, key: [] };
  }

  async plan(): Promise<SourcePlan> {
    const { shapes } = this.#inspect();
    const isParquet = this.#definition.format === "parquet";
    const chunks = this.#chunks();
    const rows = shapes.reduce(
      (total, { rowGroups }) => total + (rowGroups ?? []).reduce((sum, count) => sum + count, 0),
      0,
    );
    const files = shapes.length === 1 ? "1 file" : `${shapes.length} files`;
    return {
      strategy: isParquet ? "rowGroups" : "files",
      why: isParquet
        ? `${files} with ${chunks.length} row groups: each row group is a chunk`
        : `${files}: each file is a chunk, as ${this.#definition.format} cannot be cut safely within`,
      query: shownPath(this.#definition),
      consistency: "snapshot",
      readersMax: Math.max(1, chunks.length),
      warnings: this.#warnings(),
      cutting: this.#cutting(),
      ...(isParquet ? { rowsEstimate: rows } : {}),
    };
  }

  async cut(): Promise<readonly JsonObject[]> {
    return this.#chunks();
  }

  /** Files have no snapshot to share: the list of files, pinned by size and time, is it. */
  async shareSnapshot(begin: (snapshot: SourceSnapshot) => Promise<void>): Promise<SourceSnapshot> {
    const pins = this.#list().map(({ file, size, mtimeMs }) => `${file}\n${size}\n${mtimeMs}\n`);
    const id = `files-${sha256Hex(pins.join("")).slice(0, 16)}`;
    const snapshot = { id, takenAtMs: this.#clock.nowMs() };
    await begin(snapshot);
    return snapshot;
  }

  async close(): Promise<void> {
    this.#inspection = undefined;
  }

  #list(): readonly ListedFile[] {
    this.#files ??= listFiles(this.#definition);
    return this.#files;
  }

  #inspect(): Inspection {
    if (this.#inspection !== undefined) return this.#inspection;
    const definition = this.#definition;
    const guess = new MemberGuess();
    const shapes = this.#list().map((listed) => inspectFile(definition, listed, guess));
    const seen = guess.types();
    const isNdjson = definition.format === "ndjson";
    const columns = isNdjson ? memberColumns(definition, seen, shapes) : agreeColumns(definition, shapes);
    const unseen =
      isNdjson && seen.size > 0 ? Object.keys(definition.columns).filter((name) => !seen.has(name)) : [];
    this.#inspection = { shapes, columns, unseen };
    return this.#inspection;
  }

  #chunks(): readonly JsonObject[] {
    const { shapes, columns } = this.#inspect();
    const members = columns.map(({ field }) => field.name);
    const chunks = shapes.flatMap(({ listed, rowGroups }): JsonObject[] => {
      if (this.#definition.format === "ndjson") return [encodeBounds(listed, { members })];
      if (rowGroups === null) return [encodeBounds(listed)];
      return [...rowGroups.keys()]
        .filter((rowGroup) => rowGroups[rowGroup] !== 0)
        .map((rowGroup) => encodeBounds(listed, { rowGroup }));
    });
    const [first] = shapes;
    return chunks.length === 0 && first !== undefined
      ? [encodeBounds(first.listed, { rowGroup: null })]
      : chunks;
  }

  #warnings(): SourcePlan["warnings"] {
    const { shapes, unseen } = this.#inspect();
    const empty = shapes.filter(({ listed, columns, rowGroups }) =>
      this.#definition.format === "ndjson" ? listed.size === 0 : columns === null && rowGroups === null,
    );
    return [
      ...empty.map(({ listed }) => ({
        level: "warning" as const,
        rule: "empty_file",
        message: `${listed.file} is empty and counts as no rows`,
      })),
      ...unseen.map((name) => ({
        level: "warning" as const,
        rule: "column_not_seen",
        message: `declared column ${name} is in none of the first lines; it is NULL where a line lacks it`,
      })),
    ];
  }

  #cutting(): JsonObject {
    const { path, pathShown, format, csv, columns } = this.#definition;
    const declared = Object.fromEntries(
      Object.entries(columns).map(([name, { type, nullable }]) => [
        name,
        { type: formatLogicalType(type), nullable },
      ]),
    );
    const settings: JsonObject = format === "csv" ? { csv: { ...csv } } : {};
    // A pattern that is not shown is sealed all the same: another value of a variable is another plan.
    const seal: JsonObject = pathShown === undefined ? {} : { patternHash: sha256Hex(path) };
    const pattern = shownPath(this.#definition);
    return { demand: { pattern, ...seal, format, columns: declared, ...settings } };
  }
}

function shownPath({ path, pathShown }: FilesSourceDefinition): string {
  return pathShown ?? path;
}
