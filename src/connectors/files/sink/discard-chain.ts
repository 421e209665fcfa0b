/**
 * What becomes of the files of a chain that is given up. Where its manifest stands already, publishing is completed: that
 * is the only whole state left. Else its parts and staged files go. The staging folder goes last: while it is there, the
 * next run of the pipeline does this again.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { WriteMode } from "../../sink-port.ts";
import { rootRunOfName, stagingFolder, stagingRoot } from "./destination.ts";
import { completePublishing, dropStaging } from "./publish.ts";
import { readStandingManifest } from "./standing-manifest.ts";

export async function discardChain(folder: string, writeMode: WriteMode, rootRunId: string): Promise<void> {
  if (!existsSync(folder)) return;
  const standing = readStandingManifest(folder);
  if (standing?.manifest.rootRunId === rootRunId) {
    const publication = { folder, writeMode, previousSha256: standing.manifest.previous?.sha256 ?? null };
    // The caller holds the pipeline's lease and nothing it does here can be waited for long.
    const assertHeld = async (): Promise<void> => undefined;
    await completePublishing(publication, { manifestText: standing.text, rootRunId, assertHeld });
    return;
  }
  for (const name of readdirSync(folder)) {
    if (rootRunOfName(name) === rootRunId) rmSync(join(folder, name), { force: true });
  }
  dropStaging(folder, rootRunId);
}

/** Chains that were given up by a process that died before it had cleaned up. */
export async function sweepOtherChains(
  folder: string,
  writeMode: WriteMode,
  rootRunId: string,
): Promise<void> {
  const staging = stagingRoot(folder);
  if (!existsSync(staging)) return;
  for (const name of readdirSync(staging)) {
    if (rootRunOfName(`${name}-c00000-p0001.x`) !== name)
      rmSync(join(staging, name), { recursive: true, force: true });
    else if (name !== rootRunId) await discardChain(folder, writeMode, name);
  }
}

/** Staged files of this chain's attempts that died before their commit: nobody will ever publish them. */
export function dropUncommitted(folder: string, rootRunId: string, committed: ReadonlySet<string>): void {
  const staging = stagingFolder(folder, rootRunId);
  if (!existsSync(staging)) return;
  for (const name of readdirSync(staging)) {
    const path = join(staging, name);
    if (!committed.has(path)) rmSync(path, { force: true });
  }
}
