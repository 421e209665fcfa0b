/**
 * What the storage contract suite needs of an adapter: places to keep state in, which can be opened again and again. Each
 * test gets a place of its own. The suite moves time by a VirtualClock.
 */
import { afterEach } from "vitest";
import { seededRandom, type Random } from "../../core/random.ts";
import { VirtualClock } from "../../core/virtual-clock.ts";
import type { Clock } from "../../core/clock.ts";
import type { Storage } from "../../storage/port.ts";

export interface StoragePlace {
  open(clock: Clock, random: Random): Promise<Storage>;
  /** Removes everything; all storages of it are closed by then. */
  remove(): Promise<void>;
}

export interface StorageAdapter {
  /** shown in the names of the tests */
  readonly name: string;
  createPlace(): Promise<StoragePlace>;
}

export interface OpenedStorage {
  readonly storage: Storage;
  readonly clock: VirtualClock;
  /** The same place once more, as another process would. */
  openAgain(): Promise<Storage>;
}

/** Opens storages that are closed, and places that are removed, after each test. Call it inside `describe`. */
export function createOpener(adapter: StorageAdapter): () => Promise<OpenedStorage> {
  const storages: Storage[] = [];
  const places: StoragePlace[] = [];
  let seed = 0;
  afterEach(async () => {
    for (const storage of storages.splice(0)) await storage.close();
    for (const place of places.splice(0)) await place.remove();
  });
  return async () => {
    const place = await adapter.createPlace();
    places.push(place);
    const clock = new VirtualClock();
    const openAgain = async (): Promise<Storage> => {
      seed += 1;
      const storage = await place.open(clock, seededRandom(seed));
      storages.push(storage);
      return storage;
    };
    return { storage: await openAgain(), clock, openAgain };
  };
}
