/**
 * What a failure below means: SQLite result codes and system codes (a fault point throws those) to STORAGE_*. Result
 * codes: https://sqlite.org/rescode.html; the low byte is the class.
 */
import { messageOf, systemCodeOf, TidemarkError } from "../../core/errors.ts";

const BUSY = 5;
const LOCKED = 6;
const CONSTRAINT = 19;
const FULL = 13;
const CORRUPT: readonly number[] = [11, 26];
const CANNOT_OPEN = 14;
const READ_ONLY = 8;
const SYSTEM_CODE = /^E[A-Z0-9]+$/;

/** Class of a SQLite failure, or undefined when it is none. */
function sqliteCodeOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

export function isBusy(error: unknown): boolean {
  const code = sqliteCodeOf(error);
  return code === BUSY || code === LOCKED;
}

/** A failure of the storage below, after which a whole group may be gone; not one of ours, nor a defect in a statement. */
export function isStorageFailure(error: unknown): boolean {
  if (error instanceof TidemarkError) return error.code.startsWith("STORAGE_");
  const code = sqliteCodeOf(error);
  if (code === undefined) return SYSTEM_CODE.test(systemCodeOf(error) ?? "");
  return code !== CONSTRAINT && code !== 1;
}

/** Ours stay as they are; what is not of storage stays as it is too. */
export function toStorageError(error: unknown, path: string): unknown {
  if (error instanceof TidemarkError) return error;
  const code = sqliteCodeOf(error);
  const system = systemCodeOf(error);
  const reason = messageOf(error);
  const options = { cause: error };
  if (code === FULL || system === "ENOSPC" || system === "EDQUOT")
    return new TidemarkError("STORAGE_FULL", { path }, options);
  if (code !== undefined && CORRUPT.includes(code))
    return new TidemarkError("STORAGE_CORRUPT", { path, reason }, options);
  if (code === CANNOT_OPEN || code === READ_ONLY)
    return new TidemarkError("STORAGE_UNAVAILABLE", { path, reason }, options);
  if (code === BUSY || code === LOCKED)
    return new TidemarkError("STORAGE_IO", { path, reason: `locked: ${reason}` }, options);
  return isStorageFailure(error) ? new TidemarkError("STORAGE_IO", { path, reason }, options) : error;
}
