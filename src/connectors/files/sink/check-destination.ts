/**
 * What is looked at before any byte is written to a folder: can we write there, and does everything in it that a reader
 * would take for data belong to this pipeline?
 */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolderDurably } from "../../../core/durable-file.ts";
import { TidemarkError } from "../../../core/errors.ts";
import { type Manifest, parseManifest } from "../../manifest.ts";
import type { Destination } from "./destination.ts";
import { extensionOf, MANIFEST_NAME, rootRunOfName, stagingRoot } from "./destination.ts";
import { asSinkError } from "./sink-errors.ts";

export interface DestinationCheck {
  readonly pipeline: string;
  readonly ownRunIds: ReadonlySet<string>;
}

export function checkDestination(destination: Destination, check: DestinationCheck): void {
  probe(destination, check.pipeline);
  const manifest = readStandingManifest(destination.folder);
  if (manifest !== undefined) assertOwnManifest(destination, manifest, check);
  assertNoStrangers(destination, check, manifest);
}

/** The manifest that stands in a folder; one that is damaged or of another making is told as such. */
export function readStandingManifest(folder: string): Manifest | undefined {
  const path = join(folder, MANIFEST_NAME);
  if (!existsSync(path)) return undefined;
  try {
    const manifest = parseManifest(readFileSync(path, "utf8"));
    if (manifest !== undefined) return manifest;
  } catch (cause) {
    throw new TidemarkError(
      "SINK_FOREIGN_FILES",
      { path: folder, count: 1, pipeline: "this one", example: MANIFEST_NAME },
      { cause },
    );
  }
  throw new TidemarkError("SINK_FOREIGN_FILES", {
    path: folder,
    count: 1,
    pipeline: "this one",
    example: MANIFEST_NAME,
  });
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

/** False when it stays: somebody has begun to use it. */
function removeEmptyFolder(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
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
  const listed = new Set(
    [...(manifest?.parts ?? []), ...(manifest?.standing ?? [])].map((part) => part.name),
  );
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
    .filter(
      (entry) =>
        !entry.isDirectory() && entry.name.endsWith(extension) && !entry.parentPath.includes(".tidemark-"),
    )
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return names.toSorted();
}
