/**
 * The composition root: a project opened on its state. Wires definitions to adapters and engines; holds no logic.
 */
import { join } from "node:path";
import { systemClock } from "../core/clock.ts";
import { moduleSibling } from "../core/module-sibling.ts";
import { locateError, TidemarkError, toTidemarkError } from "../core/errors.ts";
import { systemRandom } from "../core/random.ts";
import { createUlidSource } from "../core/ulid.ts";
import type { Sink } from "../connectors/sink-port.ts";
import type { Source } from "../connectors/source-port.ts";
import type { PipelineDefinition, ProjectDefinition } from "../pipeline/definition.ts";
import { planPipeline } from "../pipeline/plan/plan-pipeline.ts";
import type { PipelinePlan } from "../pipeline/plan/sealed-plan.ts";
import type { RunObserver } from "../pipeline/run/run-context.ts";
import { runPipeline, type RunSummary } from "../pipeline/run/run-pipeline.ts";
import type { Storage } from "../storage/port.ts";
import { openSqliteStorage } from "../storage/sqlite/open-sqlite-storage.ts";
import { openSink, openSource } from "./connectors.ts";

/** Single tenant until tenancy arrives. */
const DEFAULT_TENANT = "default";

export interface RunOptions {
  readonly resume: boolean;
  readonly command: string;
  readonly observer: RunObserver;
  readonly drain: AbortSignal;
}

export interface Tidemark {
  readonly project: ProjectDefinition;
  readonly storage: Storage;
  readonly tenant: string;
  run(definition: PipelineDefinition, options: RunOptions): Promise<RunSummary>;
  plan(definition: PipelineDefinition): Promise<PipelinePlan>;
  openSource(definition: PipelineDefinition): Source;
  /** `rootStartedAtMs`: of the chain whose output is meant; now, for a new one */
  openSink(definition: PipelineDefinition, rootStartedAtMs: number): Sink;
  /** folder of a pipeline's quarantine files */
  quarantineFolder(pipeline: string): string;
  close(): Promise<void>;
}

/** Opens the state of a project, making it when there is none. */
export async function openTidemark(project: ProjectDefinition): Promise<Tidemark> {
  const storage = await openSqliteStorage({
    folder: project.state,
    clock: systemClock,
    random: systemRandom,
  });
  const tenant = DEFAULT_TENANT;
  const newRunId = createUlidSource(systemClock, systemRandom);
  const quarantineFolder = (pipeline: string): string =>
    join(project.state, "quarantine", encodeURIComponent(pipeline));
  return {
    project,
    storage,
    tenant,
    run: (definition, options) =>
      ofPipeline(definition, () => run({ definition, options, storage, newRunId, quarantineFolder })),
    plan: (definition) => ofPipeline(definition, () => plan(definition)),
    openSource: (definition) => openSource(definition.source),
    openSink,
    quarantineFolder,
    close: () => storage.close(),
  };
}

/** Adapters do not know whose they are: what they throw is given the pipeline, for `where` and the next command. */
async function ofPipeline<T>({ name }: PipelineDefinition, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const { code, details, message, cause, where } = toTidemarkError(thrown);
    const what = `pipeline ${name}`;
    const error = new TidemarkError(code, { ...details, pipeline: name }, { cause });
    const place = where ?? (message.includes(what) ? undefined : what);
    throw place === undefined ? error : locateError(error, place);
  }
}

interface RunParts {
  readonly definition: PipelineDefinition;
  readonly options: RunOptions;
  readonly storage: Storage;
  readonly newRunId: () => string;
  readonly quarantineFolder: (pipeline: string) => string;
}

async function run({
  definition,
  options,
  storage,
  newRunId,
  quarantineFolder,
}: RunParts): Promise<RunSummary> {
  const source = openSource(definition.source);
  try {
    return await runPipeline({
      tenant: DEFAULT_TENANT,
      definition,
      newRunId,
      command: options.command,
      resume: options.resume,
      openSink: (rootStartedAtMs) => openSink(definition, rootStartedAtMs),
      ports: {
        clock: systemClock,
        random: systemRandom,
        storage,
        source,
        observer: options.observer,
        workerEntry: moduleSibling(import.meta.url, "data-worker"),
        quarantineFolder: quarantineFolder(definition.name),
        drain: options.drain,
      },
    });
  } finally {
    await source.close();
  }
}

async function plan(definition: PipelineDefinition): Promise<PipelinePlan> {
  const source = openSource(definition.source);
  const sink = openSink(definition, systemClock.nowMs());
  try {
    return await planPipeline(definition, { source, sink });
  } finally {
    await sink.close();
    await source.close();
  }
}
