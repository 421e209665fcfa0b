/** `tidemark init`: writes a commented tidemark.yaml from what it finds, and the schema that editors read. */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { projectJsonSchema } from "../../configuration/project-json-schema.ts";
import { renderStarterConfig } from "../../configuration/starter-config.ts";
import { makeFolderDurably, replaceFileDurably } from "../../core/durable-file.ts";
import { messageOf, systemCodeOf, TidemarkError } from "../../core/errors.ts";
import { discoverSources } from "../../runtime/discover-sources.ts";
import type { CliContext } from "../cli-context.ts";
import type { Invoke } from "../main.ts";

interface InitOptions {
  readonly source?: readonly string[];
  readonly project?: string;
  readonly force?: boolean;
  readonly stdout?: boolean;
}

export function addInitCommand(program: Command, invoke: Invoke): void {
  program
    .command("init")
    .option(
      "-s, --source <path...>",
      "SQLite databases, data files, or folders of them (default: this folder)",
    )
    .option("-p, --project <name>", "name of the project (default: the folder's name)")
    .option("-f, --force", "replace an existing configuration")
    .option("--stdout", "print the configuration instead of writing it")
    .summary("write a commented tidemark.yaml from what is there")
    .description(
      "Looks at SQLite databases and at CSV, NDJSON and Parquet files, and writes a tidemark.yaml with a pipeline for each " +
        "table and file, with its columns and types in comments. Reads only; nothing is run.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  tidemark init\n  tidemark init --source shop.db exports/\n  tidemark init --source shop.db --stdout\n",
    )
    .action(invoke((context, options: InitOptions) => init(context, options)));
}

async function init(context: CliContext, options: InitOptions): Promise<undefined> {
  const path = resolve(context.options.config);
  const base = dirname(path);
  if (options.stdout !== true && options.force !== true && existsSync(path)) {
    throw new TidemarkError("USAGE_INVALID", {
      reason: `${path} is there already; say --force to replace it, or --stdout to look first`,
    });
  }
  const found = await discoverSources(
    (options.source ?? [base]).map((source) => resolve(source)),
    base,
  );
  const text = renderStarterConfig({ project: options.project ?? basename(base), ...found });
  if (options.stdout === true) {
    context.print(text.trimEnd());
    return undefined;
  }
  writeProject(path, text);
  const pipelines = found.sources.length;
  if (context.options.json === true)
    context.printJson({ path, connections: found.connections.length, pipelines });
  else for (const line of nextSteps(context, path, pipelines)) context.print(line);
  return undefined;
}

function writeProject(path: string, text: string): void {
  const state = join(dirname(path), ".tidemark");
  try {
    makeFolderDurably(state);
    replaceFileDurably(join(state, "schema.json"), `${JSON.stringify(projectJsonSchema(), null, 2)}\n`);
    replaceFileDurably(path, text);
  } catch (error) {
    const reason = systemCodeOf(error) ?? messageOf(error);
    throw new TidemarkError("CONFIG_UNWRITABLE", { path, reason }, { cause: error });
  }
}

function nextSteps({ style }: CliContext, path: string, pipelines: number): string[] {
  const made = pipelines === 1 ? "1 pipeline" : `${pipelines} pipelines`;
  return [
    `${style.ok("✓")} ${path}: ${made}`,
    "",
    pipelines === 0
      ? "Nothing to read was found here; name it: tidemark init --force --source PATH"
      : "Next:",
    ...(pipelines === 0
      ? []
      : [
          "  tidemark doctor      is everything readable and writable?",
          "  tidemark plan        what would be done, and why",
          "  tidemark run --all   do it",
        ]),
  ];
}
