/**
 * Paths that people write below a connection's folder: relative, never leading out of it, normalized to `a/b` with `.`
 * for the folder itself. A sink's path may hold `{pipeline}`, filled in here, and `{date}`, filled in by the run.
 */
import { posix } from "node:path";
import { didYouMean } from "../core/did-you-mean.ts";
import { type Entry, reportInvalid } from "./entry.ts";

const TOKENS = ["pipeline", "date"];

/** The normalized path, or undefined when a problem was reported. */
export function resolvePathBelow(entry: Entry, path: string): string | undefined {
  const problem = problemOf(path);
  if (problem !== undefined) return refusePath(entry, problem);
  return normalizePath(path);
}

export function normalizePath(path: string): string {
  const normal = posix.normalize(path).replace(/\/$/, "");
  return normal === "" ? "." : normal;
}

/** Like `resolvePathBelow`, for a path with tokens. */
export function resolveSinkPath(entry: Entry, path: string, pipeline: string): string | undefined {
  for (const [token, name = ""] of path.matchAll(/\{([^{}]*)\}/g))
    if (!TOKENS.includes(name))
      return refusePath(entry, `'${token}' is none of {pipeline}, {date}${didYouMean(name, TOKENS)}`);
  if (/[{}]/.test(path.replaceAll(/\{(pipeline|date)\}/g, "")))
    return refusePath(entry, "a '{' or '}' stands alone");
  return resolvePathBelow(entry, path.replaceAll("{pipeline}", pipeline));
}

function problemOf(path: string): string | undefined {
  if (path.includes("\0")) return "a path holds no NUL";
  if (path.startsWith("/")) return `'${path}' is absolute; write it below the connection's folder`;
  if (path.split("/").includes("..")) return `'${path}' leads out of the connection's folder`;
  return path.includes("\\") ? "write '/' between folders" : undefined;
}

function refusePath(entry: Entry, reason: string): undefined {
  reportInvalid(entry, reason);
}
