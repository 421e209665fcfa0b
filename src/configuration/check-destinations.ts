/**
 * Where pipelines write, held against where they read and where others write. Two pipelines may share a table when
 * neither replaces it (their rows carry idempotency keys of their own); a folder belongs to one pipeline, as its
 * `_SUCCESS` and manifest speak for all of it.
 */
import { posix } from "node:path";
import type {
  FilesSinkDefinition,
  FilesSourceDefinition,
  SinkDefinition,
  SqliteSinkDefinition,
  SourceDefinition,
} from "../pipeline/definition.ts";
import { type Entry, formatPath, reportInvalid } from "./entry.ts";

export function checkSinkApartFromSource(entry: Entry, source: SourceDefinition, sink: SinkDefinition): void {
  if (source.kind === "sqlite" && sink.kind === "sqlite") {
    if (source.path === sink.path && source.table?.toLowerCase() === sink.table.toLowerCase())
      reportInvalid(entry, `reads and writes the same table '${sink.table}'`);
  }
  if (source.kind === "files" && sink.kind === "files" && readsWhatIsWritten(source, sink))
    reportInvalid(
      entry,
      `writes to the folder it reads from ('${sink.pathShown ?? sink.path}'); give the output a folder of its own`,
    );
}

export interface Destination {
  /** of the pipeline's sink */
  readonly entry: Entry;
  readonly pipeline: string;
  readonly sink: SinkDefinition;
}

/** Reports each destination that meets an earlier one. */
export function checkDestinationsApart(destinations: readonly Destination[]): void {
  const taken: Taken = { owners: new Map(), within: new Map() };
  for (const one of destinations) {
    const other =
      one.sink.kind === "files" ? takeFolder(taken, one, one.sink) : takeTable(taken, one, one.sink);
    if (other !== undefined) reportInvalid(one.entry, meetingReason(one.sink, other));
  }
}

interface Taken {
  /** who was first to write a folder, a table, or (under a key of its own) to replace a table */
  readonly owners: Map<string, Destination>;
  /** who was first to write somewhere below a folder */
  readonly within: Map<string, Destination>;
}

/** The destination that had the folder, one around it or one within it. */
function takeFolder(taken: Taken, one: Destination, sink: FilesSinkDefinition): Destination | undefined {
  const folder = folderOf(sink);
  const around = [folder, ...foldersAround(folder)];
  const owner = around.find((each) => taken.owners.has(each));
  const other = owner === undefined ? taken.within.get(folder) : taken.owners.get(owner);
  if (!taken.owners.has(folder)) taken.owners.set(folder, one);
  for (const each of around) if (!taken.within.has(each)) taken.within.set(each, one);
  return other;
}

/** The destination that had the table, unless both leave rows of others alone. */
function takeTable(taken: Taken, one: Destination, sink: SqliteSinkDefinition): Destination | undefined {
  const table = `${sink.path}\0${sink.table.toLowerCase()}`;
  const replacing = `${table}\0`;
  const other = taken.owners.get(sink.writeMode === "replace" ? table : replacing);
  if (!taken.owners.has(table)) taken.owners.set(table, one);
  if (sink.writeMode === "replace" && !taken.owners.has(replacing)) taken.owners.set(replacing, one);
  return other;
}

function foldersAround(folder: string): readonly string[] {
  const parent = posix.dirname(folder);
  return parent === folder ? [] : [parent, ...foldersAround(parent)];
}

function meetingReason(sink: SinkDefinition, other: Destination): string {
  const where = `pipeline '${other.pipeline}' (${other.entry.file.shown}, ${formatPath(other.entry.path)})`;
  return sink.kind === "sqlite"
    ? `${where} writes table '${sink.table}' too, and one of them replaces it`
    : `${where} writes there, or in a folder within, too; give each pipeline a folder of its own`;
}

function folderOf(sink: FilesSinkDefinition): string {
  return posix.join(sink.root, sink.path);
}

/** Files the pattern finds may lie in the sink's folder or in one that the sink would have to share. */
function readsWhatIsWritten(source: FilesSourceDefinition, sink: FilesSinkDefinition): boolean {
  const segments = source.path.split("/");
  const firstPattern = segments.findIndex((segment) => /[*?[\]{}]/.test(segment));
  const depth = firstPattern < 0 ? segments.length - 1 : firstPattern;
  const base = posix.join(source.root, ...segments.slice(0, depth));
  const findsBelow = depth < segments.length - 1;
  const target = folderOf(sink);
  return base === target || holds(target, base) || (findsBelow && holds(base, target));
}

function holds(folder: string, inner: string): boolean {
  return folder === inner || inner.startsWith(folder === "/" ? "/" : `${folder}/`);
}
