/**
 * Opens SQLite files. A source is opened read-only and is never created. Connections of one process are independent;
 * each belongs to the thread that opened it.
 */
import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { didYouMean } from "../../core/did-you-mean.ts";
import { TidemarkError } from "../../core/errors.ts";
import { sourceFailure } from "./sqlite-failure.ts";

/** How long a call waits on another connection's lock, within SQLite and thus with the thread blocked. */
const LOCK_WAIT_MS = 2000;

/** SQLite's own bound on one value, in bytes; lowered while pages are read. */
export const VALUE_BYTES_BOUND = 1_000_000_000;

/** Opens an existing database for reading only, and makes sure that it is one. */
export function openForReading(path: string): DatabaseSync {
  assertFile(path);
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: LOCK_WAIT_MS });
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    return database;
  } catch (error) {
    throw sourceFailure(error, path);
  }
}

/** A connection that can hold the write lock of an existing file; undefined when the user may not write it. */
export function openForLocking(path: string): DatabaseSync | undefined {
  try {
    accessSync(path, constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
  } catch {
    return undefined;
  }
  const url = pathToFileURL(path);
  url.search = "mode=rw";
  return new DatabaseSync(url, { timeout: 0 });
}

/** The bound on the size of one value, in bytes, that this connection reads or makes. */
export function limitValueBytes(database: DatabaseSync, bytes: number): void {
  (database as DatabaseSync & { readonly limits: { length: number } }).limits.length = bytes;
}

function assertFile(path: string): void {
  if (!existsSync(path)) {
    const folder = dirname(path);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    throw new TidemarkError("SOURCE_NOT_FOUND", {
      what: "database",
      name: basename(path),
      where: folder,
      hint: didYouMean(basename(path), names),
    });
  }
  if (!statSync(path).isFile()) {
    throw new TidemarkError("SOURCE_UNREADABLE", { path, reason: "it is not a file" });
  }
}
