/**
 * Where the files of one destination lie, and what they are called:
 *
 *   <folder>/<root run>-c00003-p0001.parquet      a published part
 *   <folder>/_manifest.json, <folder>/_SUCCESS    what stands; _SUCCESS holds the manifest's SHA-256
 *   <folder>/_manifests/<root run>.json           manifests of earlier runs whose parts stand too (append)
 *   <folder>/.tidemark-staging/<root run>/c00003-p0001-a2.staged      parts of attempt 2 before they are published
 *   <folder>/.tidemark-moved/<root run>/…         files found under a part's name that nobody here wrote
 *
 * Final names come from root run, chunk and part number alone; staged names end in no data format's extension, because
 * people read folders by glob.
 */
import { join } from "node:path";
import type { Compression, FileFormat, FilesSinkDefinition } from "../../../pipeline/definition.ts";

export const MANIFEST_NAME = "_manifest.json";
export const SUCCESS_NAME = "_SUCCESS";
const EARLIER_FOLDER = "_manifests";
const STAGING_FOLDER = ".tidemark-staging";
const MOVED_FOLDER = ".tidemark-moved";

export interface Destination {
  /** absolute */
  readonly folder: string;
  /** for people: the path as configured, filled in */
  readonly label: string;
  readonly format: FileFormat;
  readonly compression: Compression;
}

/** Fills `{date}` (UTC day of the chain's start) and `{pipeline}`. */
export function resolveDestination(
  definition: FilesSinkDefinition,
  pipeline: string,
  rootStartedAtMs: number,
): Destination {
  const date = new Date(rootStartedAtMs).toISOString().slice(0, 10);
  const fill = (path: string): string => path.replaceAll("{date}", date).replaceAll("{pipeline}", pipeline);
  const { root, path, pathShown, format, compression } = definition;
  return { folder: join(root, fill(path)), label: fill(pathShown ?? path), format, compression };
}

export function extensionOf(format: FileFormat): string {
  return `.${format}`;
}

export function partName(format: FileFormat, rootRunId: string, chunk: number, part: number): string {
  return `${rootRunId}-${chunkLabel(chunk)}-${partLabel(part)}${extensionOf(format)}`;
}

export function stagedPath(rootRunId: string, chunk: number, part: number, attempt: number): string {
  return join(STAGING_FOLDER, rootRunId, `${chunkLabel(chunk)}-${partLabel(part)}-a${attempt}.staged`);
}

export function earlierManifestPath(folder: string, rootRunId: string): string {
  return join(folder, EARLIER_FOLDER, `${rootRunId}.json`);
}

export function earlierManifestsFolder(folder: string): string {
  return join(folder, EARLIER_FOLDER);
}

export function stagingRoot(folder: string): string {
  return join(folder, STAGING_FOLDER);
}

export function stagingFolder(folder: string, rootRunId: string): string {
  return join(folder, STAGING_FOLDER, rootRunId);
}

export function movedFolder(folder: string, rootRunId: string): string {
  return join(folder, MOVED_FOLDER, rootRunId);
}

/** The root run a file name of ours belongs to, or undefined for anybody else's file. */
export function rootRunOfName(name: string): string | undefined {
  return /^([0-9A-HJKMNP-TV-Z]{26})-c\d{5,}-p\d{4,}\.[a-z]+$/.exec(name)?.[1];
}

function chunkLabel(chunk: number): string {
  return `c${String(chunk).padStart(5, "0")}`;
}

function partLabel(part: number): string {
  return `p${String(part).padStart(4, "0")}`;
}
