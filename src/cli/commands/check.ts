/** `tidemark check`: is the configuration right? Opens no source and writes nothing. */
import type { Command } from "commander";
import type { PipelineDefinition } from "../../pipeline/definition.ts";
import { type CliContext, loadCliProject } from "../cli-context.ts";
import type { Invoke } from "../main.ts";
import { renderTable } from "../render-table.ts";

export function addCheckCommand(program: Command, invoke: Invoke): void {
  program
    .command("check")
    .summary("check the configuration without opening anything")
    .description(
      "Reads tidemark.yaml with its includes and variables and reports every problem with line and column. " +
        "Opens no source and writes nothing; `tidemark doctor` also looks at the world.",
    )
    .addHelpText("after", "\nExample:\n  tidemark check -c etl/tidemark.yaml\n")
    .action(invoke((context) => check(context)));
}

async function check(context: CliContext): Promise<undefined> {
  const project = await loadCliProject(context);
  const pipelines = Object.values(project.pipelines);
  if (context.options.json === true) {
    context.printJson({ ok: true, project: project.project, pipelines: pipelines.map(({ name }) => name) });
    return undefined;
  }
  const rows = pipelines.map((one) => [`  ${one.name}`, describeSource(one), "→", describeSink(one)]);
  const count = pipelines.length === 1 ? "1 pipeline" : `${pipelines.length} pipelines`;
  context.print(`${context.style.ok("✓")} ${project.path}: project ${project.project}, ${count}`);
  for (const line of renderTable(rows)) context.print(line);
  return undefined;
}

function describeSource({ source }: PipelineDefinition): string {
  if (source.kind === "files") return `${source.format} ${source.pathShown ?? source.path}`;
  return source.table === undefined ? "sqlite query" : `sqlite table ${source.table}`;
}

function describeSink({ sink }: PipelineDefinition): string {
  if (sink.kind === "files") return `${sink.format} ${sink.pathShown ?? sink.path} (${sink.writeMode})`;
  return `sqlite table ${sink.table} (${sink.writeMode})`;
}
