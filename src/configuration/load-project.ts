/**
 * From `tidemark.yaml` to a ProjectDefinition: files are read, variables expanded, everything checked that can be checked
 * without touching a source or sink. All that is wrong is reported together. Nothing is read from the machine but the
 * files and the environment that are given.
 */
import { resolve } from "node:path";
import { z } from "zod";
import { assert } from "../core/errors.ts";
import type { ConnectionDefinition, PipelineDefinition, ProjectDefinition } from "../pipeline/definition.ts";
import { checkDestinationsApart, type Destination } from "./check-destinations.ts";
import { type ConfigFiles, nameFile, readConfigFiles, rootEntry } from "./config-files.ts";
import { childOf, type Entry, reportInvalid } from "./entry.ts";
import { readEnvFile } from "./env-file.ts";
import type { Environment } from "./expand-variables.ts";
import { mergeNamed, type NamedEntries } from "./merge-files.ts";
import { parseSection } from "./parse-section.ts";
import { Problems } from "./problems.ts";
import { includedFileSchema, type MainFileText, mainFileSchema } from "./project-schema.ts";
import { resolveConnection } from "./resolve-connection.ts";
import { type ProjectParts, resolvePipeline } from "./resolve-pipeline.ts";
import { arrivesLater } from "./value-schemas.ts";

export interface LoadProjectRequest {
  readonly path: string;
  readonly env: Environment;
  /** a `.env` file; what `env` holds goes before it */
  readonly envFile?: string;
  /** what relative `path` and `envFile` start from, and errors are shown from; the process's own when left out */
  readonly cwd?: string;
}

const mainSchema = mainFileSchema(z.unknown(), z.unknown());
const includedSchema = includedFileSchema(z.unknown(), z.unknown());

/** Throws CONFIG_NOT_FOUND and CONFIG_UNREADABLE at once; everything else together, several as CONFIG_PROBLEMS. */
export async function loadProject(request: LoadProjectRequest): Promise<ProjectDefinition> {
  const cwd = resolve(request.cwd ?? ".");
  const problems = new Problems();
  const env = await environmentOf(request, cwd);
  const files = await readConfigFiles(request.path, cwd, { env, problems });
  const project = files === undefined ? undefined : await resolveProject(files, { env, problems });
  problems.throwIfAny();
  assert(project !== undefined, "a project without problems is resolved");
  return project;
}

async function environmentOf(request: LoadProjectRequest, cwd: string): Promise<Environment> {
  if (request.envFile === undefined) return request.env;
  return { ...(await readEnvFile(nameFile(request.envFile, cwd))), ...request.env };
}

async function resolveProject(files: ConfigFiles, around: Around): Promise<ProjectDefinition | undefined> {
  const main = rootEntry(files.main, around);
  const text = parseSection(main, mainSchema);
  const included = files.included.map((file) => rootEntry(file, around));
  for (const root of included) parseSection(root, includedSchema);
  const roots = [main, ...included];
  const connections = await resolveConnections(mergeNamed(roots, "connections"), around.env);
  const parts: ProjectParts = { connections, defaults: text?.defaults ?? {} };
  const pipelines = await resolvePipelines(mergeNamed(roots, "pipelines"), parts);
  const state = text === undefined ? undefined : resolveState(childOf(main, "state"), text);
  if (text === undefined || state === undefined) return undefined;
  return {
    project: text.project,
    state,
    path: files.main.path,
    connections: Object.fromEntries(present(connections)),
    pipelines: Object.fromEntries(present(pipelines)),
  };
}

interface Around {
  readonly env: Environment;
  readonly problems: Problems;
}

async function resolveConnections(
  entries: NamedEntries,
  env: Environment,
): Promise<ReadonlyMap<string, ConnectionDefinition | undefined>> {
  const resolved = new Map<string, ConnectionDefinition | undefined>();
  for (const [name, entry] of entries) resolved.set(name, await resolveConnection(entry, env));
  return resolved;
}

async function resolvePipelines(
  entries: NamedEntries,
  parts: ProjectParts,
): Promise<ReadonlyMap<string, PipelineDefinition | undefined>> {
  const resolved = new Map<string, PipelineDefinition | undefined>();
  const destinations: Destination[] = [];
  for (const [name, entry] of entries) {
    const pipeline = await resolvePipeline(entry, parts);
    resolved.set(name, pipeline);
    if (pipeline !== undefined)
      destinations.push({ entry: childOf(entry, "sink"), pipeline: name, sink: pipeline.sink });
  }
  checkDestinationsApart(destinations);
  return resolved;
}

function resolveState(entry: Entry, text: MainFileText): string | undefined {
  const state = text.state ?? "./.tidemark";
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(state)) return resolve(entry.file.folder, state);
  reportInvalid(entry, arrivesLater("state in a server"));
  return undefined;
}

function* present<T>(named: ReadonlyMap<string, T | undefined>): Generator<[string, T]> {
  for (const [name, value] of named) if (value !== undefined) yield [name, value];
}
