/** `tidemark state show|reset`: what the state folder knows, and how to give up an unfinished run. */
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { TidemarkError } from "../../core/errors.ts";
import { formatBytes } from "../../core/format-quantity.ts";
import type { JsonObject } from "../../core/json-value.ts";
import { resetPipeline } from "../../operations/state/reset-pipeline.ts";
import type { Checkpoint } from "../../storage/port.ts";
import { type CliContext, getPipeline, withTidemark } from "../cli-context.ts";
import type { Invoke } from "../main.ts";
import { renderTable } from "../render-table.ts";

export function addStateCommands(program: Command, invoke: Invoke): void {
  const state = program
    .command("state")
    .summary("look at the state folder, or give up an unfinished run")
    .description("Looks at the state folder, or gives up the unfinished run of a pipeline.")
    .addHelpText("after", "\nExamples:\n  tidemark state show\n  tidemark state reset orders --yes\n");
  state
    .command("show")
    .argument("[pipeline]", "only this pipeline")
    .summary("show the ledger and every checkpoint")
    .description("Shows the ledger's name and length and the checkpoint of every pipeline.")
    .addHelpText("after", "\nExamples:\n  tidemark state show\n  tidemark state show orders --json\n")
    .action(invoke((context, pipeline: string | undefined) => show(context, pipeline)));
  state
    .command("reset")
    .argument("<pipeline>", "the pipeline")
    .option("-y, --yes", "do not ask")
    .summary("give up the unfinished run and forget the checkpoints of a pipeline")
    .description(
      "Gives up the unfinished run of a pipeline (its staged files go, published files stay) and forgets its checkpoints. " +
        "The journal keeps everything that happened.",
    )
    .addHelpText("after", "\nExample:\n  tidemark state reset orders --yes\n")
    .action(
      invoke((context, pipeline: string, { yes }: { yes?: boolean }) =>
        reset(context, pipeline, yes === true),
      ),
    );
}

async function show(context: CliContext, pipeline: string | undefined): Promise<undefined> {
  return withTidemark(context, async ({ project, storage, tenant }) => {
    if (pipeline !== undefined) getPipeline(project, pipeline);
    const checkpoints = await storage.listCheckpoints(tenant, pipeline);
    const [position, logBytes] = [await storage.durablePosition(), await storage.logBytes()];
    if (context.options.json === true) {
      const json: JsonObject = {
        state: project.state,
        ledger: storage.ledgerId,
        durablePosition: position,
        logBytes,
      };
      context.printJson({ ...json, checkpoints: checkpoints.map((one) => ({ ...one })) });
      return undefined;
    }
    context.print(`state   ${project.state}`);
    context.print(
      `ledger  ${storage.ledgerId}, ${position} events, write-ahead log ${formatBytes(logBytes)}`,
    );
    if (checkpoints.length === 0) context.print("no checkpoints yet");
    else for (const line of renderTable(checkpoints.map(checkpointRow))) context.print(line);
    return undefined;
  });
}

function checkpointRow({ pipeline, stage, sequence, idempotencyKey, atMs }: Checkpoint): string[] {
  return [`  ${pipeline}`, stage, `sequence ${sequence}`, new Date(atMs).toISOString(), idempotencyKey];
}

async function reset(context: CliContext, pipeline: string, isSure: boolean): Promise<undefined> {
  return withTidemark(context, async (tidemark) => {
    const definition = getPipeline(tidemark.project, pipeline);
    if (!isSure) await confirm(context, pipeline);
    const report = await resetPipeline({
      storage: tidemark.storage,
      clock: systemClock,
      tenant: tidemark.tenant,
      pipeline,
      command: context.commandLine,
      openSink: (rootStartedAtMs) => tidemark.openSink(definition, rootStartedAtMs),
      quarantineFolder: tidemark.quarantineFolder(pipeline),
    });
    const abandoned = report.abandoned?.label ?? null;
    if (context.options.json === true)
      context.printJson({ pipeline, abandoned, checkpoints: report.checkpoints });
    else
      context.print(
        abandoned === null
          ? `${pipeline}: checkpoints forgotten (${report.checkpoints})`
          : `${pipeline}: ${abandoned} was given up, checkpoints forgotten (${report.checkpoints})`,
      );
    return undefined;
  });
}

async function confirm({ terminal }: CliContext, pipeline: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new TidemarkError("USAGE_INVALID", {
      reason: "state reset asks before it acts; without a terminal say --yes",
    });
  }
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await ask.question(
      `Give up the unfinished run of ${pipeline} and forget its checkpoints? [y/N] `,
    );
    if (!/^y(es)?$/i.test(answer.trim()))
      throw new TidemarkError("USAGE_INVALID", { reason: "nothing was changed" });
  } finally {
    ask.close();
    terminal.say("");
  }
}
