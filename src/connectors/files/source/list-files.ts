/**
 * The files a source reads: one path, or a glob below the root, in code unit order of their relative paths. Names that
 * begin with `.` or `_`, and whatever lies in folders so named, are skipped: sinks keep manifests and staged parts there.
 */
import { globSync, type Stats, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { didYouMean } from "../../../core/did-you-mean.ts";
import { messageOf, systemCodeOf, TidemarkError } from "../../../core/errors.ts";
import type { FilesSourceDefinition } from "../../../pipeline/definition.ts";

export interface ListedFile {
  /** relative to the root, with `/` */
  readonly file: string;
  readonly path: string;
  readonly size: number;
  /** whole milliseconds */
  readonly mtimeMs: number;
}

/** At least one file; throws SOURCE_NOT_FOUND and SOURCE_UNREADABLE. */
export function listFiles({ root, path }: FilesSourceDefinition): readonly ListedFile[] {
  if (!isGlob(path)) return [listOne(root, path)];
  const found = matchFiles(root, path)
    .filter((file) => !file.split("/").some((segment) => segment.startsWith(".") || segment.startsWith("_")))
    .toSorted()
    .flatMap((file) => {
      const stats = statFile(join(root, file));
      return stats?.isFile() ? [listed(root, file, stats)] : [];
    });
  if (found.length === 0) throw notFound("file matching", path, root, "");
  return found;
}

function isGlob(path: string): boolean {
  return /[*?[\]{}]/.test(path);
}

/** undefined when there is none. */
export function statFile(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (cause) {
    if (systemCodeOf(cause) === "ENOENT" || systemCodeOf(cause) === "ENOTDIR") return undefined;
    throw new TidemarkError("SOURCE_UNREADABLE", { path, reason: messageOf(cause) }, { cause });
  }
}

function matchFiles(root: string, pattern: string): string[] {
  try {
    return globSync(pattern, { cwd: root }).map((file) => file.split(sep).join("/"));
  } catch (cause) {
    throw new TidemarkError(
      "SOURCE_UNREADABLE",
      { path: join(root, pattern), reason: messageOf(cause) },
      { cause },
    );
  }
}

function listOne(root: string, path: string): ListedFile {
  const full = join(root, path);
  const stats = statFile(full);
  if (stats === undefined) throw notFound("file", path, root, didYouMean(path, siblingsOf(root, path)));
  if (stats.isDirectory()) {
    const reason = `is a folder; write ${path.replace(/\/$/, "")}/* to read the files in it`;
    throw new TidemarkError("SOURCE_UNREADABLE", { path: full, reason });
  }
  return listed(root, relative(root, full).split(sep).join("/"), stats);
}

function siblingsOf(root: string, path: string): string[] {
  const slash = path.lastIndexOf("/");
  try {
    return globSync(`${path.slice(0, slash + 1)}*`, { cwd: root });
  } catch {
    return [];
  }
}

function listed(root: string, file: string, { size, mtimeMs }: Stats): ListedFile {
  return { file, path: join(root, file), size, mtimeMs: Math.floor(mtimeMs) };
}

function notFound(what: string, name: string, root: string, hint: string): TidemarkError {
  return new TidemarkError("SOURCE_NOT_FOUND", { what, name, where: root, hint });
}
