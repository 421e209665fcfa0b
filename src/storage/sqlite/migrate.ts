/**
 * Brings a ledger file to the newest form known, or makes it: numbered migrations inside one transaction, so that several
 * processes may open at once and a crash leaves the old form or the new one.
 *
 * `meta` holds `format` (readers that know a smaller number must refuse), `migration` (the last one applied; one that is
 * not known is fine while the format is), `ledger_id` and `salt`. A SQLite file that is not a ledger is refused.
 */
import { messageOf, TidemarkError } from "../../core/errors.ts";
import type { SqliteConnection } from "./connection.ts";
import { FIRST_FORM } from "./migrations/0001-first-form.ts";

const STORAGE_FORMAT = 1;
const MIGRATIONS: readonly string[] = [FIRST_FORM];
/** "TDMK": what `file` and other tools see. */
const APPLICATION_ID = 0x54444d4b;

export interface LedgerIdentity {
  readonly ledgerId: string;
  /** lower-case hex of 32 bytes */
  readonly salt: string;
}

/** Looks without a lock; `migrate` looks again. Throws STORAGE_NEWER and STORAGE_CORRUPT. */
export function needsMigration(connection: SqliteConnection, path: string): boolean {
  return findApplied(connection, path) < MIGRATIONS.length;
}

/** Within a write transaction. `fresh` becomes the identity of a new ledger. */
export function migrate(connection: SqliteConnection, path: string, fresh: LedgerIdentity): void {
  const applied = findApplied(connection, path);
  for (const sql of MIGRATIONS.slice(applied)) connection.exec(sql);
  if (applied === 0) {
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    setMeta(connection, "format", String(STORAGE_FORMAT));
    setMeta(connection, "ledger_id", fresh.ledgerId);
    setMeta(connection, "salt", fresh.salt);
  }
  if (applied < MIGRATIONS.length) setMeta(connection, "migration", String(MIGRATIONS.length));
}

export function readIdentity(connection: SqliteConnection, path: string): LedgerIdentity {
  return {
    ledgerId: getMeta(connection, path, "ledger_id"),
    salt: getMeta(connection, path, "salt"),
  };
}

function findApplied(connection: SqliteConnection, path: string): number {
  if (connection.row("SELECT 1 FROM sqlite_schema LIMIT 1") === undefined) return 0;
  const found = Number(getMeta(connection, path, "format"));
  if (found > STORAGE_FORMAT)
    throw new TidemarkError("STORAGE_NEWER", { path, found, known: STORAGE_FORMAT });
  const applied = Number(getMeta(connection, path, "migration"));
  if (!(Number.isInteger(found) && Number.isInteger(applied) && applied >= 1))
    throw new TidemarkError("STORAGE_CORRUPT", { path, reason: "its format number is not a number" });
  return applied;
}

function getMeta(connection: SqliteConnection, path: string, name: string): string {
  const value = readMeta(connection, path, name);
  if (value === undefined)
    throw new TidemarkError("STORAGE_CORRUPT", { path, reason: `its meta table has no ${name}` });
  return value;
}

function readMeta(connection: SqliteConnection, path: string, name: string): string | undefined {
  try {
    return connection.row<readonly [string]>("SELECT value FROM meta WHERE name = ?", name)?.[0];
  } catch (error) {
    if (!/no such (table|column)/.test(messageOf(error))) throw error;
    const reason = "it is a SQLite file, but not a ledger";
    throw new TidemarkError("STORAGE_CORRUPT", { path, reason }, { cause: error });
  }
}

function setMeta(connection: SqliteConnection, name: string, value: string): void {
  connection.run("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", name, value);
}
