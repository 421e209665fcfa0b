/**
 * The configuration file and the files it includes, each read and parsed. Patterns are expanded in the order of names, a
 * file is read once whatever names it, and the main file never includes itself.
 */
import { glob, realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import { toTidemarkError } from "../core/errors.ts";
import { childOf, type ConfigFile, type Entry, isMapping, reportInvalid } from "./entry.ts";
import { parseConfigText, type Surroundings } from "./parse-config-text.ts";
import { type FileName, readConfigText } from "./read-config-text.ts";

const FILES_MAX = 1000;

export interface ConfigFiles {
  readonly main: ConfigFile;
  readonly included: readonly ConfigFile[];
}

/** Undefined when the main file is not YAML; throws what `readConfigText` throws for it. */
export async function readConfigFiles(
  path: string,
  cwd: string,
  around: Surroundings,
): Promise<ConfigFiles | undefined> {
  const name = nameFile(path, cwd);
  const main = parseConfigText({ ...name, text: await readConfigText(name) }, around);
  if (main === undefined) return undefined;
  const included: ConfigFile[] = [];
  const seen = new Set([await realpath(main.path)]);
  for (const entry of includeEntries(rootEntry(main, around))) {
    for (const one of await filesOf(entry, seen)) {
      const file = await readIncluded(entry, nameFile(one, cwd), around);
      if (file !== undefined) included.push(file);
    }
  }
  return { main, included };
}

export function rootEntry(file: ConfigFile, around: Pick<Surroundings, "problems">): Entry {
  return { file, path: [], value: file.root, problems: around.problems };
}

/** A path below `cwd` is shown as seen from there. */
export function nameFile(path: string, cwd: string): FileName {
  const absolute = resolve(cwd, path);
  const below = relative(cwd, absolute);
  return { path: absolute, shown: below.startsWith("..") || isAbsolute(below) ? absolute : below };
}

/** What is no text is left to the schema to refuse. */
function includeEntries(root: Entry): readonly Entry[] {
  if (!isMapping(root.value)) return [];
  const include = childOf(root, "include");
  const entries = Array.isArray(include.value)
    ? include.value.map((_, index) => childOf(include, index))
    : [include];
  return entries.filter((entry) => typeof entry.value === "string" && entry.value !== "");
}

async function filesOf(entry: Entry, seen: Set<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of await namedBy(entry)) {
    const real = await realpath(path);
    if (!seen.has(real)) found.push(path);
    seen.add(real);
  }
  if (seen.size <= FILES_MAX) return found;
  reportInvalid(entry, `names more than ${FILES_MAX} files`);
  return [];
}

/** A pattern may match nothing; a plain path names a file. */
async function namedBy(entry: Entry): Promise<readonly string[]> {
  const pattern = String(entry.value);
  const { folder } = entry.file;
  if (/[*?[\]{}]/.test(pattern)) {
    const found: string[] = [];
    for await (const match of glob(pattern, { cwd: folder })) found.push(resolve(folder, match));
    return found.toSorted();
  }
  const path = resolve(folder, pattern);
  if (await exists(path)) return [path];
  reportInvalid(entry, `'${pattern}' does not exist`);
  return [];
}

async function readIncluded(
  entry: Entry,
  name: FileName,
  around: Surroundings,
): Promise<ConfigFile | undefined> {
  try {
    return parseConfigText({ ...name, text: await readConfigText(name) }, around);
  } catch (error) {
    reportInvalid(entry, toTidemarkError(error).message);
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return await realpath(path).then(
    () => true,
    () => false,
  );
}
