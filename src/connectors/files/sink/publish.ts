/**
 * Publishing: staged parts get their final names by `link`, which never replaces a file; then the manifest, then
 * `_SUCCESS`, then the parts that are replaced go. Every step may be done again after a crash at any instruction.
 *
 * A final name that is taken: same hash, it is done; a hash nobody here wrote, that file is moved aside and told about;
 * a hash this ledger committed under the name, this attempt is fenced (SINK_PART_FENCED).
 */
import { existsSync, linkSync, readFileSync, renameSync, rmSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { flushFolder, makeFolderDurably, replaceFileDurably } from "../../../core/durable-file.ts";
import { systemCodeOf, TidemarkError } from "../../../core/errors.ts";
import { faultPoint } from "../../../core/fault-point.ts";
import { hashFile } from "../../../core/hash-file.ts";
import { sha256Hex } from "../../../core/sha256.ts";
import { parseManifest } from "../../manifest.ts";
import type { Part, PublishRequest, PublishWarning } from "../../sink-port.ts";
import { MANIFEST_NAME, movedFolder, stagingFolder, stagingRoot, SUCCESS_NAME } from "./destination.ts";

export function publishParts(folder: string, request: PublishRequest): readonly PublishWarning[] {
  makeFolderDurably(folder);
  const warnings = request.parts.flatMap((part) => publishPart(folder, part, request));
  flushFolder(folder);
  faultPoint("publish.afterFolderFlush");
  for (const part of request.parts) unlinkStaged(folder, part);
  replaceFileDurably(join(folder, MANIFEST_NAME), request.manifestText);
  faultPoint("publish.afterManifest");
  replaceFileDurably(join(folder, SUCCESS_NAME), `${sha256Hex(request.manifestText)}\n`);
  faultPoint("publish.afterSuccess");
  for (const name of request.replaces) removeReplaced(folder, name);
  flushFolder(folder);
  dropStaging(folder, request.rootRunId);
  faultPoint("publish.afterCleanUp");
  return warnings;
}

function publishPart(folder: string, part: Part, request: PublishRequest): readonly PublishWarning[] {
  const staged = join(folder, part.staged);
  const final = join(folder, part.name);
  faultPoint("publish.beforeLink");
  if (tryLink(staged, final)) {
    faultPoint("publish.afterLink");
    return [];
  }
  const found = hashFile(final);
  if (found === part.sha256) return [];
  if (!existsSync(staged)) throw new TidemarkError("SINK_PART_LOST", { path: staged, name: part.name });
  if (isCommitted(folder, part.name, found)) {
    rmSync(staged, { force: true });
    throw new TidemarkError("SINK_PART_FENCED", { path: final });
  }
  const moved = moveAside(folder, part.name, request.rootRunId);
  linkSync(staged, final);
  return [
    {
      context: "publish",
      message: `${part.name} held other bytes that no run here wrote; they are now at ${moved}`,
    },
  ];
}

/** False when the final name is taken, or the staged file is gone because it was published before. */
function tryLink(staged: string, final: string): boolean {
  try {
    linkSync(staged, final);
    return true;
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === "EEXIST") return false;
    if (code === "ENOENT" && existsSync(final)) return false;
    if (code === "ENOENT")
      throw new TidemarkError("SINK_PART_LOST", { path: staged, name: final }, { cause: error });
    throw error;
  }
}

/** What the manifest that stands here promises under a name. */
function isCommitted(folder: string, name: string, sha256: string): boolean {
  const path = join(folder, MANIFEST_NAME);
  if (!existsSync(path)) return false;
  const manifest = parseManifest(readFileSync(path, "utf8"));
  return manifest?.parts.some((part) => part.name === name && part.sha256 === sha256) ?? false;
}

function moveAside(folder: string, name: string, rootRunId: string): string {
  const target = movedFolder(folder, rootRunId);
  makeFolderDurably(target);
  const moved = join(target, `${name}.moved`);
  renameSync(join(folder, name), moved);
  flushFolder(target);
  return moved;
}

function unlinkStaged(folder: string, part: Part): void {
  rmSync(join(folder, part.staged), { force: true });
  faultPoint("publish.afterUnlink");
}

function removeReplaced(folder: string, name: string): void {
  faultPoint("publish.beforeRemove");
  rmSync(join(folder, name), { force: true });
  faultPoint("publish.afterRemove");
}

/** Staged files of attempts that were never committed go with the folder. */
export function dropStaging(folder: string, rootRunId: string): void {
  rmSync(stagingFolder(folder, rootRunId), { recursive: true, force: true });
  try {
    rmdirSync(stagingRoot(folder));
  } catch (error) {
    const code = systemCodeOf(error);
    if (code !== "ENOENT" && code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  }
}
