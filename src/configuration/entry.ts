/**
 * A value of a configuration file together with where it stands, so that whatever is wrong with it can be said with
 * file, line and column. Values that came from the environment are shown as they were written, never as they expanded.
 */
import type { ErrorCode } from "../core/error-codes.ts";
import { type ErrorDetails, TidemarkError } from "../core/errors.ts";
import type { HiddenText } from "../pipeline/definition.ts";
import type { Problems } from "./problems.ts";

export type Path = readonly (string | number)[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Expansion {
  readonly written: string;
  readonly expanded: string;
  /** with `${NAME}` for each of `values` */
  readonly shown: string;
  /** what variables gave; none when only defaults were used */
  readonly values: readonly HiddenText[];
}

/** What is known of one value of a file. */
export interface Located {
  /** where its key stands; where the value stands when it has none */
  readonly key: Place;
  readonly value: Place;
  /** the text as written and as expanded, when the environment had a part in it */
  readonly expansion?: Expansion;
}

export interface ConfigFile {
  /** absolute */
  readonly path: string;
  /** as people are told it: relative to where they stand, when it lies below */
  readonly shown: string;
  /** absolute folder that relative paths within the file start from */
  readonly folder: string;
  readonly root: unknown;
  /** by `pathKey` */
  readonly located: ReadonlyMap<string, Located>;
}

export interface Entry {
  readonly file: ConfigFile;
  readonly path: Path;
  readonly value: unknown;
  readonly problems: Problems;
}

/** Unique text of a path; keys may hold any character but NUL. */
export function pathKey(path: Path): string {
  return path.join("\0");
}

/** `pipelines.orders.transform[0].select`, as people read it. */
export function formatPath(path: Path): string {
  if (path.length === 0) return "the file";
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${step}`))
    .join("");
}

/** The value below `entry`; its value is undefined where nothing is written. */
export function childOf(entry: Entry, ...steps: Path): Entry {
  let value = entry.value;
  for (const step of steps) value = isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  return { ...entry, path: [...entry.path, ...steps], value };
}

function isRecord(value: unknown): value is Readonly<Record<string | number, unknown>> {
  return typeof value === "object" && value !== null;
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && !Array.isArray(value);
}

/** Reports CONFIG_INVALID at the value (at what it lies in, when it is missing). */
export function reportInvalid(entry: Entry, reason: string): void {
  report(entry, "CONFIG_INVALID", { where: formatPath(entry.path), reason: hideExpansion(entry, reason) });
}

/** Reports `code` at the value; path, line and column are filled in. */
export function report(entry: Entry, code: ErrorCode, details: ErrorDetails): void {
  reportAt(entry, placeOf(entry, "value"), { code, details });
}

/** Reports `code` where the entry's key stands. */
export function reportAtKey(entry: Entry, code: ErrorCode, details: ErrorDetails): void {
  reportAt(entry, placeOf(entry, "key"), { code, details });
}

export function placeOf(entry: Entry, side: "key" | "value"): Place {
  for (let length = entry.path.length; length > 0; length -= 1) {
    const located = entry.file.located.get(pathKey(entry.path.slice(0, length)));
    if (located !== undefined) return length === entry.path.length ? located[side] : located.key;
  }
  return { line: 1, column: 1 };
}

function reportAt(entry: Entry, place: Place, what: { code: ErrorCode; details: ErrorDetails }): void {
  const details = { path: entry.file.shown, ...place, ...what.details };
  entry.problems.add(new TidemarkError(what.code, details), `${entry.file.path}\0${pathKey(entry.path)}`);
}

/** The value as it was written, before variables were expanded. */
export function writtenText(entry: Entry): string {
  const located = entry.file.located.get(pathKey(entry.path));
  return located?.expansion?.written ?? String(entry.value);
}

/** How the value is shown, and what of it is hidden then; undefined when no variable gave any of it. */
export function concealed(entry: Entry): Pick<Expansion, "shown" | "values"> | undefined {
  const expansion = entry.file.located.get(pathKey(entry.path))?.expansion;
  return expansion === undefined || expansion.values.length === 0 ? undefined : expansion;
}

/** Messages quote values; what came from the environment, here or below, is put back as it was written. */
function hideExpansion(entry: Entry, reason: string): string {
  const prefix = pathKey(entry.path);
  let hidden = reason;
  for (const [key, { expansion }] of entry.file.located) {
    if (expansion === undefined || expansion.expanded === "") continue;
    if (key !== prefix && prefix !== "" && !key.startsWith(`${prefix}\0`)) continue;
    hidden = hidden.replaceAll(`'${expansion.expanded}'`, `'${expansion.written}'`);
  }
  return hidden;
}
