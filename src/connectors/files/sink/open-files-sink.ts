/** The main thread's side of the files sink. Its guarantee stands in `docs/guides/sinks.md`. */
import { join } from "node:path";
import { sha256Hex } from "../../../core/sha256.ts";
import type { FilesSinkDefinition } from "../../../pipeline/definition.ts";
import { parseManifest } from "../../manifest.ts";
import type {
  PublishRequest,
  PublishWarning,
  Sink,
  SinkDescription,
  VerifyFinding,
  VerifyRequest,
} from "../../sink-port.ts";
import { checkDestination } from "./check-destination.ts";
import { type Destination, resolveDestination } from "./destination.ts";
import { discardChain, dropUncommitted, sweepOtherChains } from "./discard-chain.ts";
import { publishParts } from "./publish.ts";
import { asSinkError } from "./sink-errors.ts";
import { previousOf, readStandingManifest } from "./standing-manifest.ts";
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
    prepare: async ({ rootRunId, committed }) => {
      await sweepOtherChains(folder, definition.writeMode, rootRunId);
      dropUncommitted(folder, rootRunId, new Set(committed.map((part) => join(folder, part.staged))));
    },
    standingManifest: async () => {
      const standing = readStandingManifest(folder);
      return standing === undefined ? null : previousOf(standing);
    },
    verify: async (request: VerifyRequest): Promise<readonly VerifyFinding[]> =>
      verifyParts(destination, request),
    publish: async (request: PublishRequest): Promise<readonly PublishWarning[]> => {
      const previousSha256 = parseManifest(request.manifestText)?.previous?.sha256 ?? null;
      const publication = { folder, writeMode: definition.writeMode, previousSha256 };
      try {
        return await publishParts(publication, request);
      } catch (error) {
        throw asSinkError(error, folder, request.pipeline);
      }
    },
    discard: async (rootRunId) => discardChain(folder, definition.writeMode, rootRunId),
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
