/** The main thread's side of the files sink. Its guarantee stands in `docs/guides/sinks.md`. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../../../core/sha256.ts";
import type { FilesSinkDefinition } from "../../../pipeline/definition.ts";
import type { ManifestPart } from "../../manifest.ts";
import type {
  Part,
  PublishRequest,
  PublishWarning,
  Sink,
  SinkDescription,
  VerifyFinding,
  VerifyRequest,
} from "../../sink-port.ts";
import { checkDestination, readStandingManifest } from "./check-destination.ts";
import { type Destination, resolveDestination, rootRunOfName, stagingFolder } from "./destination.ts";
import { dropStaging, publishParts } from "./publish.ts";
import { asSinkError } from "./sink-errors.ts";
import { verifyParts } from "./verify-parts.ts";

/** Workers that may stage parts at once: any number. */
const WRITERS_MAX = 64;

export interface FilesSinkContext {
  readonly pipeline: string;
  /** when the chain's first run started: fills `{date}` */
  readonly rootStartedAtMs: number;
}

export function openFilesSink(definition: FilesSinkDefinition, context: FilesSinkContext): Sink {
  const destination = resolveDestination(definition, context.pipeline, context.rootStartedAtMs);
  const { folder } = destination;
  return {
    describe: () => describe(definition, destination),
    check: async (check) => checkDestination(destination, check),
    prepare: async ({ rootRunId, committed }) => dropUncommitted(folder, rootRunId, committed),
    standingParts: async () => standingParts(folder),
    verify: async (request: VerifyRequest): Promise<readonly VerifyFinding[]> =>
      verifyParts(destination, request),
    publish: async (request: PublishRequest): Promise<readonly PublishWarning[]> => {
      try {
        return publishParts(folder, request);
      } catch (error) {
        throw asSinkError(error, folder, request.pipeline);
      }
    },
    discard: async (rootRunId) => discardChain(destination, rootRunId),
    close: async () => undefined,
  };
}

function describe(definition: FilesSinkDefinition, { label, folder }: Destination): SinkDescription {
  const { format, compression, writeMode, partBytes } = definition;
  return {
    kind: "files",
    label,
    format,
    compression: format === "parquet" ? compression : "none",
    writeMode,
    writersMax: WRITERS_MAX,
    settings: { place: sha256Hex(folder), partBytes },
  };
}

function standingParts(folder: string): readonly ManifestPart[] {
  const manifest = readStandingManifest(folder);
  return manifest === undefined ? [] : [...manifest.standing, ...manifest.parts];
}

/** Staged files of attempts that died before their commit: nobody will ever publish them. */
function dropUncommitted(folder: string, rootRunId: string, committed: readonly Part[]): void {
  const staging = stagingFolder(folder, rootRunId);
  if (!existsSync(staging)) return;
  const keep = new Set(committed.map((part) => join(folder, part.staged)));
  for (const name of readdirSync(staging)) {
    const path = join(staging, name);
    if (!keep.has(path)) rmSync(path, { force: true });
  }
}

/** What an abandoned chain staged or had begun to publish; what a manifest lists stays. */
function discardChain({ folder }: Destination, rootRunId: string): void {
  if (!existsSync(folder)) return;
  dropStaging(folder, rootRunId);
  const listed = new Set(standingParts(folder).map((part) => part.name));
  for (const name of readdirSync(folder)) {
    if (rootRunOfName(name) === rootRunId && !listed.has(name)) rmSync(join(folder, name), { force: true });
  }
}
