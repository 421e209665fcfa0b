/**
 * Publishing: staged parts get their final names by `link`, which never replaces a file; then the manifest, then
 * `_SUCCESS`, then, with replace, every part of earlier runs goes. Every step may be done again after a crash at any
 * instruction, and is preceded by a proof that the pipeline is still ours: a process that slept through its lease finds
 * the door shut, and a manifest that is neither ours nor the one ours was made against is never replaced.
 *
 * A final name that is taken: same hash, it is done; a hash nobody here wrote, that file is moved aside and told about;
 * a hash this ledger committed under the name, this attempt is fenced (SINK_PART_FENCED).
 */
import { existsSync, linkSync, readdirSync, renameSync, rmSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { flushFolder, makeFolderDurably, replaceFileDurably } from "../../../core/durable-file.ts";
import { systemCodeOf, TidemarkError } from "../../../core/errors.ts";
import { faultPoint } from "../../../core/fault-point.ts";
import { hashFile } from "../../../core/hash-file.ts";
import { sha256Hex } from "../../../core/sha256.ts";
import type { Part, PublishRequest, PublishWarning, WriteMode } from "../../sink-port.ts";
import {
  earlierManifestPath,
  earlierManifestsFolder,
  MANIFEST_NAME,
  movedFolder,
  rootRunOfName,
  stagingFolder,
  stagingRoot,
  SUCCESS_NAME,
} from "./destination.ts";
import { readStandingManifest } from "./standing-manifest.ts";

/** What the manifest to be published says of itself. */
export interface Publication {
  readonly folder: string;
  readonly writeMode: WriteMode;
  /** SHA-256 of the manifest this one was made against; null when there was none */
  readonly previousSha256: string | null;
}

export async function publishParts(
  publication: Publication,
  request: PublishRequest,
): Promise<readonly PublishWarning[]> {
  const { folder } = publication;
  makeFolderDurably(folder);
  await request.assertHeld();
  assertAllThere(folder, request.parts);
  const warnings: PublishWarning[] = [];
  for (const part of request.parts) warnings.push(...(await publishPart(folder, part, request)));
  flushFolder(folder);
  faultPoint("publish.afterFolderFlush");
  for (const part of request.parts) unlinkStaged(folder, part);
  await request.assertHeld();
  replaceManifest(publication, request);
  await completePublishing(publication, request);
  return warnings;
}

/** From the manifest on: what is left when it stands already. */
export async function completePublishing(
  { folder, writeMode }: Publication,
  request: Pick<PublishRequest, "manifestText" | "rootRunId" | "assertHeld">,
): Promise<void> {
  replaceFileDurably(join(folder, SUCCESS_NAME), `${sha256Hex(request.manifestText)}\n`);
  faultPoint("publish.afterSuccess");
  await request.assertHeld();
  if (writeMode === "replace") removeReplaced(folder, request.rootRunId);
  flushFolder(folder);
  dropStaging(folder, request.rootRunId);
  faultPoint("publish.afterCleanUp");
}

/** Before the first link: either all parts become visible or none. */
function assertAllThere(folder: string, parts: readonly Part[]): void {
  for (const { staged, name } of parts) {
    if (existsSync(join(folder, staged)) || existsSync(join(folder, name))) continue;
    throw new TidemarkError("SINK_PART_LOST", { path: join(folder, staged), name });
  }
}

async function publishPart(
  folder: string,
  part: Part,
  request: PublishRequest,
): Promise<readonly PublishWarning[]> {
  const staged = join(folder, part.staged);
  const final = join(folder, part.name);
  faultPoint("publish.beforeLink");
  if (tryLink(staged, final)) {
    faultPoint("publish.afterLink");
    return [];
  }
  const found = await hashFile(final);
  if (found === part.sha256) return [];
  if (!existsSync(staged)) throw new TidemarkError("SINK_PART_LOST", { path: staged, name: part.name });
  if (isCommitted(folder, part.name, found)) {
    rmSync(staged, { force: true });
    throw new TidemarkError("SINK_PART_FENCED", { path: final });
  }
  const moved = moveAside(folder, part.name, request.rootRunId);
  linkSync(staged, final);
  const message = `${part.name} held other bytes that no run here wrote; they are now at ${moved}`;
  return [{ context: "publish", message }];
}

/** False when the final name is taken, or the staged file is gone because it was published before. */
function tryLink(staged: string, final: string): boolean {
  try {
    linkSync(staged, final);
    return true;
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === "EEXIST" || (code === "ENOENT" && existsSync(final))) return false;
    throw error;
  }
}

/** What the manifest that stands here promises under a name. */
function isCommitted(folder: string, name: string, sha256: string): boolean {
  const parts = readStandingManifest(folder)?.manifest.parts ?? [];
  return parts.some((part) => part.name === name && part.sha256 === sha256);
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

/** The last look and the replacement stand next to each other: nothing is awaited in between. */
function replaceManifest({ folder, writeMode, previousSha256 }: Publication, request: PublishRequest): void {
  const standing = readStandingManifest(folder);
  const ours = sha256Hex(request.manifestText);
  if (standing?.sha256 === ours) return;
  if (standing !== undefined && standing.sha256 !== previousSha256) {
    throw new TidemarkError("SINK_SUPERSEDED", { path: folder, run: standing.manifest.label });
  }
  if (standing !== undefined && writeMode === "append") {
    const kept = earlierManifestPath(folder, standing.manifest.rootRunId);
    makeFolderDurably(dirname(kept));
    replaceFileDurably(kept, standing.text);
  }
  replaceFileDurably(join(folder, MANIFEST_NAME), request.manifestText);
  faultPoint("publish.afterManifest");
}

/** Parts of every other run of this pipeline, listed anywhere or not: no other pipeline's can be here. */
function removeReplaced(folder: string, rootRunId: string): void {
  for (const name of readdirSync(folder)) {
    const root = rootRunOfName(name);
    if (root === undefined || root === rootRunId) continue;
    faultPoint("publish.beforeRemove");
    rmSync(join(folder, name), { force: true });
    faultPoint("publish.afterRemove");
  }
  rmSync(earlierManifestsFolder(folder), { recursive: true, force: true });
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
