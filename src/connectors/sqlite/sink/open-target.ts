/** The sink's own connection to the target database. A file it makes is in WAL mode; an existing one keeps its mode. */
import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { flushFolder, makeFolderDurably } from "../../../core/durable-file.ts";
import { systemCodeOf, TidemarkError } from "../../../core/errors.ts";
import { type SinkPlace, sinkFailure } from "./sink-failure.ts";

/** How long one call waits for another writer, with the thread blocked; then the attempt is retried later. */
const LOCK_WAIT_MS = 5000;
/** Bytes of pages kept per connection, in KiB: index pages of a growing table stay near. */
const CACHE_KIB = 16_384;

export function openTarget(place: SinkPlace): DatabaseSync {
  try {
    const isNew = !existsSync(place.path);
    if (isNew) makeFolderDurably(dirname(place.path));
    const database = new DatabaseSync(place.path, { timeout: LOCK_WAIT_MS });
    if (isNew) {
      database.exec("PRAGMA journal_mode = WAL");
      flushFolder(dirname(place.path));
    }
    database.exec(`PRAGMA synchronous = FULL; PRAGMA cache_size = -${CACHE_KIB}`);
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    return database;
  } catch (error) {
    throw sinkFailure(error, place);
  }
}

/** Throws SINK_READ_ONLY without making anything. A folder that is missing will be made below the nearest one there is. */
export function assertWritable({ path }: SinkPlace): void {
  const targets = existsSync(path) ? [path, dirname(path)] : [nearestFolder(dirname(path))];
  for (const target of targets) {
    try {
      accessSync(target, constants.W_OK);
    } catch (error) {
      const reason = `${target} is not writable (${systemCodeOf(error) ?? "unknown"})`;
      throw new TidemarkError("SINK_READ_ONLY", { path, reason }, { cause: error });
    }
  }
}

function nearestFolder(folder: string): string {
  let current = folder;
  while (!existsSync(current) && dirname(current) !== current) current = dirname(current);
  return current;
}
