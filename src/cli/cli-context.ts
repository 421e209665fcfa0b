/** What every command works with: streams, options that all share, and the project they open. */
import { loadProject } from "../configuration/load-project.ts";
import { messageOf } from "../core/errors.ts";
import { replaceFileDurably } from "../core/durable-file.ts";
import type { JsonValue } from "../core/json-value.ts";
import type { PipelineDefinition, ProjectDefinition } from "../pipeline/definition.ts";
import { openTidemark, type Tidemark } from "../runtime/tidemark.ts";
import { type Style, stdoutStyle, type Terminal } from "./terminal.ts";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { projectJsonSchema } from "../configuration/project-json-schema.ts";
import { didYouMean } from "../core/did-you-mean.ts";
import { TidemarkError } from "../core/errors.ts";

/** Options of the program itself, before or after the command's name. */
export interface GlobalOptions {
  readonly config: string;
  readonly envFile?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export interface CliContext {
  readonly env: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
  /** of stdout */
  readonly style: Style;
  readonly options: GlobalOptions;
  /** the command line as typed, for whoever finds a pipeline held */
  readonly commandLine: string;
  /** a line of the result, to stdout */
  print(line: string): void;
  /** the result as JSON, to stdout */
  printJson(value: JsonValue): void;
}

export function createCliContext(terminal: Terminal, options: GlobalOptions): CliContext {
  return {
    env: process.env,
    terminal,
    style: stdoutStyle(process.env),
    options,
    commandLine: ["tidemark", ...process.argv.slice(2)].join(" "),
    print: (line) => void process.stdout.write(`${line}\n`),
    printJson: (value) => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
  };
}

export async function loadCliProject({ options, env }: CliContext): Promise<ProjectDefinition> {
  const path = resolve(options.config);
  return loadProject({
    path,
    env,
    ...(options.envFile === undefined ? {} : { envFile: resolve(options.envFile) }),
  });
}

/** Opens the project with its state, hands it to `work`, and closes it whatever happens. */
export async function withTidemark<T>(
  context: CliContext,
  work: (tidemark: Tidemark) => Promise<T>,
): Promise<T> {
  const project = await loadCliProject(context);
  const tidemark = await openTidemark(project);
  try {
    writeSchemaOnce(context, project.state);
    return await work(tidemark);
  } finally {
    await tidemark.close();
  }
}

/** Throws CONFIG_UNKNOWN_PIPELINE with "did you mean". */
export function getPipeline(project: ProjectDefinition, name: string): PipelineDefinition {
  const found = Object.hasOwn(project.pipelines, name) ? project.pipelines[name] : undefined;
  if (found !== undefined) return found;
  const hint = didYouMean(name, Object.keys(project.pipelines));
  throw new TidemarkError("CONFIG_UNKNOWN_PIPELINE", { name, path: project.path, hint });
}

/** Pipelines named on the command line, or all of them; throws USAGE_INVALID when neither is said. */
export function pickPipelines(
  project: ProjectDefinition,
  names: readonly string[],
  all: boolean,
): readonly PipelineDefinition[] {
  const known = Object.keys(project.pipelines);
  if (all && names.length > 0)
    throw new TidemarkError("USAGE_INVALID", { reason: "give pipeline names or --all, not both" });
  if (all) return Object.values(project.pipelines);
  if (names.length > 0) return [...new Set(names)].map((name) => getPipeline(project, name));
  const [only] = known;
  if (known.length === 1 && only !== undefined) return [getPipeline(project, only)];
  throw new TidemarkError("USAGE_INVALID", { reason: `name a pipeline (${known.join(", ")}) or say --all` });
}

/** The schema that editors read; a state folder that can not take it is no reason to stop. */
function writeSchemaOnce({ terminal }: CliContext, state: string): void {
  const path = join(state, "schema.json");
  if (existsSync(path)) return;
  try {
    replaceFileDurably(path, `${JSON.stringify(projectJsonSchema(), null, 2)}\n`);
  } catch (error) {
    terminal.say(`  ! the schema for editors could not be written: ${messageOf(error)}`);
  }
}
