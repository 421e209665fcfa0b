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
      `writes to the folder it reads from ('${sink.path}'); give the output a folder of its own`,
    );
}

export interface Destination {
  /** of the pipeline's sink */
  readonly entry: Entry;
  readonly pipeline: string;
  readonly sink: SinkDefinition;
}

/** Reports each destination that meets an earlier one. Quadratic in the number of pipelines: hundreds, not millions. */
export function checkDestinationsApart(destinations: readonly Destination[]): void {
  for (const [index, one] of destinations.entries()) {
    const other = destinations.slice(0, index).find((earlier) => meet(earlier.sink, one.sink));
    if (other !== undefined) reportInvalid(one.entry, meetingReason(one.sink, other));
  }
}

function meet(a: SinkDefinition, b: SinkDefinition): boolean {
  if (a.kind === "sqlite" && b.kind === "sqlite") {
    const shared = a.path === b.path && a.table.toLowerCase() === b.table.toLowerCase();
    return shared && (a.writeMode === "replace" || b.writeMode === "replace");
  }
  if (a.kind !== "files" || b.kind !== "files") return false;
  const [left, right] = [folderOf(a), folderOf(b)];
  return holds(left, right) || holds(right, left);
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
