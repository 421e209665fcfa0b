/** `tidemark run` and `tidemark resume`: run pipelines one after another, show progress, print a summary. */
import { join } from "node:path";
import type { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { type TidemarkError, toTidemarkError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json-value.ts";
import type { PipelineDefinition } from "../../pipeline/definition.ts";
import type { RunSummary } from "../../pipeline/run/run-pipeline.ts";
import type { Tidemark } from "../../runtime/tidemark.ts";
import { type CliContext, pickPipelines, withTidemark } from "../cli-context.ts";
import { EXIT_INTERRUPTED, EXIT_OK, EXIT_PARTIAL, worstExit } from "../exit-codes.ts";
import { errorJson, renderError } from "../print-error.ts";
import { startProgress } from "../progress.ts";
import { renderSummary, summaryJson } from "../render-summary.ts";
import { type Interruption, watchSignals } from "../watch-signals.ts";
import type { Invoke } from "../main.ts";

export function addRunCommands(program: Command, invoke: Invoke): void {
  program
    .command("run")
    .argument("[pipelines...]", "names of pipelines; may be left out when there is only one")
    .option("-a, --all", "run every pipeline, one after another")
    .summary("run pipelines")
    .description(
      "Runs pipelines: reads the source in chunks, commits each chunk, publishes when all are done. " +
        "Kill it at any time: `tidemark resume` goes on after the last committed chunk.",
    )
    .addHelpText("after", "\nExamples:\n  tidemark run orders\n  tidemark run --all --json\n")
    .action(
      invoke((context, names: string[], { all }: { all?: boolean }) =>
        runAll(context, names, all === true, false),
      ),
    );
  program
    .command("resume")
    .argument("[pipelines...]", "names of pipelines; may be left out when there is only one")
    .summary("go on with a run that was killed, interrupted or failed")
    .description(
      "Goes on with the newest run of a pipeline after its last committed chunk. The definition must still give the " +
        "same plan; chunks that are done are not read again.",
    )
    .addHelpText("after", "\nExample:\n  tidemark resume orders\n")
    .action(invoke((context, names: string[]) => runAll(context, names, false, true)));
}

interface Outcome {
  readonly pipeline: string;
  readonly exit: number;
  readonly json: JsonObject;
}

async function runAll(
  context: CliContext,
  names: readonly string[],
  all: boolean,
  resume: boolean,
): Promise<number> {
  return withTidemark(context, async (tidemark) => {
    const pipelines = pickPipelines(tidemark.project, names, all);
    const interruption = watchSignals(context.terminal);
    try {
      const scope: RunScope = { context, tidemark, interruption, resume };
      const outcomes: Outcome[] = [];
      for (const definition of pipelines)
        outcomes.push(
          interruption.drain.aborted ? notStarted(scope, definition.name) : await runOne(scope, definition),
        );
      if (context.options.json === true)
        context.printJson(
          pipelines.length === 1 ? (outcomes[0]?.json ?? {}) : { runs: outcomes.map((one) => one.json) },
        );
      return worstExit(outcomes.map((one) => one.exit));
    } finally {
      interruption.stop();
    }
  });
}

interface RunScope {
  readonly context: CliContext;
  readonly tidemark: Tidemark;
  readonly interruption: Interruption;
  readonly resume: boolean;
}

/** What was asked for and not done makes the whole interrupted, however well the others ended. */
function notStarted({ context, interruption, resume }: RunScope, pipeline: string): Outcome {
  const { terminal, options } = context;
  const next = `tidemark ${resume ? "resume" : "run"} ${pipeline}`;
  if (options.quiet !== true)
    terminal.say(`${terminal.style.warn("‖")} ${pipeline}: not started   next: ${next}`);
  const exit = interruption.exitCode() ?? EXIT_INTERRUPTED;
  return { pipeline, exit, json: { pipeline, status: "notStarted" } };
}

async function runOne(scope: RunScope, definition: PipelineDefinition): Promise<Outcome> {
  const { context, tidemark, interruption, resume } = scope;
  const { terminal, options, commandLine: command } = context;
  const progress = startProgress({
    clock: systemClock,
    terminal,
    quiet: options.quiet === true,
    verbose: options.verbose === true,
  });
  try {
    const summary = await tidemark.run(definition, {
      resume,
      command,
      observer: progress.observer,
      drain: interruption.drain,
    });
    progress.clear();
    return report(scope, summary);
  } catch (thrown) {
    progress.clear();
    return reportError(context, definition.name, toTidemarkError(thrown));
  }
}

function report({ context, tidemark, interruption }: RunScope, summary: RunSummary): Outcome {
  const { terminal, options } = context;
  const { pipeline, rootRunId } = summary.run;
  const quarantine = join(tidemark.quarantineFolder(pipeline), rootRunId);
  if (options.quiet !== true)
    for (const line of renderSummary(summary, quarantine, terminal.style)) terminal.say(line);
  const partial = summary.tally.quarantined > 0 ? EXIT_PARTIAL : EXIT_OK;
  const exit = summary.status === "interrupted" ? (interruption.exitCode() ?? EXIT_INTERRUPTED) : partial;
  return { pipeline, exit, json: summaryJson(summary, quarantine) };
}

function reportError({ terminal, options }: CliContext, pipeline: string, error: TidemarkError): Outcome {
  if (options.json !== true) for (const line of renderError(error, terminal.style)) terminal.say(line);
  return { pipeline, exit: error.exitCode, json: { pipeline, status: "failed", ...errorJson(error) } };
}
