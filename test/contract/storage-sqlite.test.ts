/** The embedded storage under the contract of the storage port, on real files. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStorage } from "../../src/storage/sqlite/open-sqlite-storage.ts";
import { describeStorage } from "../../src/testing/storage/describe-storage.ts";

describeStorage({
  name: "sqlite",
  createPlace: async () => {
    const folder = mkdtempSync(join(tmpdir(), "tidemark-storage-"));
    return {
      open: (clock, random) => openSqliteStorage({ folder, clock, random }),
      remove: async () => rmSync(folder, { recursive: true }),
    };
  },
});
