/**
 * One instant for all readers. In WAL mode a control connection holds the write lock, which keeps writers out and lets
 * readers in, while every reader opens its read transaction; then it lets go. The wait for that lock is bounded: whoever
 * writes for longer than that gets SOURCE_BUSY, which a retry may mend.
 *
 * Where the lock cannot be had (another journal mode, no permission to write) there is one reader, and its own read
 * transaction is the snapshot. In another journal mode that transaction keeps writers out for as long as it is open.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../../core/clock.ts";
import { TidemarkError } from "../../../core/errors.ts";
import { failureKindOf, sourceFailure } from "../sqlite-failure.ts";
import { openForLocking } from "../open-database.ts";
import type { SourceSnapshot } from "../../source-port.ts";

const LOCK_BOUND_MS = 10_000;
const LOCK_PAUSE_MS = 20;

/** More readers of one file than this gain nothing. */
const READERS_MAX = 16;

export interface Sharing {
  readonly readersMax: number;
  /** half a sentence for the plan */
  readonly why: string;
  readonly warning: string | undefined;
}

export function sharingOf(database: DatabaseSync, path: string): Sharing {
  const mode = String(database.prepare("PRAGMA journal_mode").get()?.["journal_mode"]);
  if (mode !== "wal") {
    const warning = `journal mode is ${mode}: one reader, and writers are kept out while it holds its snapshot; PRAGMA journal_mode=WAL would lift both`;
    return { readersMax: 1, why: `one reader, as the journal mode is ${mode}`, warning };
  }
  const control = openForLocking(path);
  if (control === undefined) {
    const why = "one reader, as sharing a snapshot needs the permission to write the database";
    return { readersMax: 1, why, warning: undefined };
  }
  control.close();
  return { readersMax: READERS_MAX, why: "readers share one snapshot", warning: undefined };
}

export interface SnapshotRequest {
  readonly path: string;
  readonly clock: Clock;
  readonly id: string;
  readonly begin: (snapshot: SourceSnapshot) => Promise<void>;
}

/** `control`: undefined where the write lock is not to be had. */
export async function holdWhileBeginning(
  control: DatabaseSync | undefined,
  { path, clock, id, begin }: SnapshotRequest,
): Promise<SourceSnapshot> {
  if (control !== undefined) await lockWriters(control, path, clock);
  const snapshot = { id, takenAtMs: clock.nowMs() };
  try {
    await begin(snapshot);
  } finally {
    control?.exec("ROLLBACK");
  }
  return snapshot;
}

async function lockWriters(control: DatabaseSync, path: string, clock: Clock): Promise<void> {
  const startMs = clock.monotonicMs();
  for (;;) {
    try {
      control.exec("BEGIN IMMEDIATE");
      return;
    } catch (error) {
      if (failureKindOf(error) !== "busy") throw sourceFailure(error, path);
      if (clock.monotonicMs() - startMs >= LOCK_BOUND_MS) {
        const reason = `another connection has been writing for ${LOCK_BOUND_MS / 1000} s`;
        throw new TidemarkError("SOURCE_BUSY", { path, reason }, { cause: error });
      }
    }
    await clock.sleep(LOCK_PAUSE_MS);
  }
}
