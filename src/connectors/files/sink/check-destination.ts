/**
 * What is looked at before any byte is written to a folder: can we write there, and does everything in it that a reader
 * would take for data belong to this pipeline?
 */
import { closeSync, existsSync, openSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { makeFolderDurably } from "../../../core/durable-file.ts";
import { TidemarkError } from "../../../core/errors.ts";
import type { Manifest } from "../../manifest.ts";
import type { Destination } from "./destination.ts";
import { extensionOf, rootRunOfName, stagingRoot } from "./destination.ts";
import { asSinkError } from "./sink-errors.ts";
import { readStandingManifest } from "./standing-manifest.ts";

export interface DestinationCheck {
  readonly pipeline: string;
  readonly ownRunIds: ReadonlySet<string>;
}

export function checkDestination(destination: Destination, check: DestinationCheck): void {
  probe(destination, check.pipeline);
  const manifest = readStandingManifest(destination.folder)?.manifest;
  if (manifest !== undefined) assertOwnManifest(destination, manifest, check);
  assertNoStrangers(destination, check, manifest);
}

/** Writes a file where a run would stage its parts, and takes away again what was not there before. */
function probe({ folder }: Destination, pipeline: string): void {
  const staging = stagingRoot(folder);
  const path = join(staging, `.probe-${process.pid}`);
  const missing = missingFolders(staging);
  try {
    makeFolderDurably(staging);
    closeSync(openSync(path, "w"));
    rmSync(path);
  } catch (error) {
    throw asSinkError(error, folder, pipeline);
  } finally {
    missing.every(removeEmptyFolder);
  }
}

/** Of a path and its parents those that do not exist, deepest first. */
function missingFolders(path: string): string[] {
  return existsSync(path) ? [] : [path, ...missingFolders(dirname(path))];
}

/** False when it stays: somebody has begun to use it. One that was never made, as its name is refused, is no obstacle. */
function removeEmptyFolder(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return !existsSync(path);
  }
}

function assertOwnManifest(
  { folder }: Destination,
  manifest: Manifest,
  { pipeline, ownRunIds }: DestinationCheck,
): void {
  if (manifest.pipeline === pipeline && ownRunIds.has(manifest.rootRunId)) return;
  const other = manifest.pipeline === pipeline ? `${pipeline} of another state folder` : manifest.pipeline;
  throw new TidemarkError("SINK_OTHER_PIPELINE", { path: folder, other, run: manifest.label });
}

function assertNoStrangers(
  destination: Destination,
  check: DestinationCheck,
  manifest: Manifest | undefined,
): void {
  const listed = new Set((manifest?.parts ?? []).map((part) => part.name));
  const strangers = dataFiles(destination).filter((name) => {
    const rootRunId = rootRunOfName(name);
    return !listed.has(name) && (rootRunId === undefined || !check.ownRunIds.has(rootRunId));
  });
  const [example] = strangers;
  if (example === undefined) return;
  const { folder: path } = destination;
  throw new TidemarkError("SINK_FOREIGN_FILES", {
    path,
    count: strangers.length,
    pipeline: check.pipeline,
    example,
  });
}

/** Names a reader by glob would take for data, in this folder and below. */
function dataFiles({ folder, format }: Destination): string[] {
  if (!existsSync(folder)) return [];
  const extension = extensionOf(format);
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith(extension))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return names.filter((name) => !liesInOwnFolder(name)).toSorted();
}

/** `.tidemark-staging/…` and `.tidemark-moved/…` of this destination; what the folders around it are called says nothing. */
function liesInOwnFolder(name: string): boolean {
  return dirname(name)
    .split(sep)
    .some((folder) => folder.startsWith(".tidemark-"));
}
