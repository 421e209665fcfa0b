/** Bounds of one chunk as they stand in plan and journal: a file as it was when it was listed, and which row group of it. */
import { statFile } from "./list-files.ts";
import { assert, TidemarkError } from "../../../core/errors.ts";
import type { JsonObject } from "../../../core/json-value.ts";
import type { ListedFile } from "./list-files.ts";

export interface FileBounds {
  readonly file: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** Parquet only; null: the file has no row group */
  readonly rowGroup: number | null;
  /** NDJSON only: every member a line may have */
  readonly members: readonly string[];
}

export function encodeBounds({ file, size, mtimeMs }: ListedFile, more: JsonObject = {}): JsonObject {
  return { file, size, mtimeMs, ...more };
}

export function decodeBounds(bounds: JsonObject): FileBounds {
  const { file, size, mtimeMs, rowGroup, members } = bounds;
  assert(
    typeof file === "string" && typeof size === "number" && typeof mtimeMs === "number",
    "bounds of a files source name a file",
  );
  return {
    file,
    size,
    mtimeMs,
    rowGroup: typeof rowGroup === "number" ? rowGroup : null,
    members: Array.isArray(members) ? members.map(String) : [],
  };
}

/** Throws SOURCE_CHANGED unless the file is as it was when the run was planned. */
export function assertUnchanged(path: string, bounds: FileBounds): void {
  const stats = statFile(path);
  if (stats === undefined) throw changed(path, "it is gone");
  assertStamp(path, bounds, { size: stats.size, mtimeMs: Math.floor(stats.mtimeMs) });
}

export function assertStamp(
  path: string,
  bounds: FileBounds,
  found: { readonly size: number; readonly mtimeMs: number },
): void {
  if (found.size !== bounds.size)
    throw changed(path, `its size was ${bounds.size} bytes and is ${found.size}`);
  if (found.mtimeMs !== bounds.mtimeMs) throw changed(path, "it was modified");
}

function changed(path: string, reason: string): TidemarkError {
  return new TidemarkError("SOURCE_CHANGED", { what: path, reason });
}
