/** `tidemark status` and `tidemark runs`: where every pipeline stands, and what has run. */
import type { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { TidemarkError } from "../../core/errors.ts";
import { formatDuration } from "../../core/format-quantity.ts";
import type { JsonObject } from "../../core/json-value.ts";
import { type PipelineStatus, pipelineStatus } from "../../operations/status/project-status.ts";
import type { RunHead } from "../../storage/port.ts";
import { type CliContext, getPipeline, withTidemark } from "../cli-context.ts";
import type { Invoke } from "../main.ts";
import { renderTable } from "../render-table.ts";
import type { Style } from "../terminal.ts";

export function addStatusCommands(program: Command, invoke: Invoke): void {
  program
    .command("status")
    .summary("where every pipeline stands, and what to do next")
    .description(
      "Shows per pipeline its newest run, who works on it now, how many chunks are committed, and the next command.",
    )
    .addHelpText("after", "\nExamples:\n  tidemark status\n  tidemark status --json\n")
    .action(invoke((context) => status(context)));
  program
    .command("runs")
    .argument("[pipeline]", "only runs of this pipeline")
    .option("-l, --limit <count>", "at most this many, newest first", "20")
    .summary("list runs, newest first")
    .description("Lists runs, newest first, with their state and how long they took.")
    .addHelpText("after", "\nExample:\n  tidemark runs orders --limit 5\n")
    .action(
      invoke((context, pipeline: string | undefined, { limit }: { limit: string }) =>
        runs(context, pipeline, limit),
      ),
    );
}

async function status(context: CliContext): Promise<undefined> {
  return withTidemark(context, async ({ project, storage, tenant }) => {
    const ports = { storage, tenant, clock: systemClock };
    const names = Object.keys(project.pipelines);
    const all = await Promise.all(names.map((name) => pipelineStatus(ports, name)));
    if (context.options.json === true) {
      context.printJson({
        project: project.project,
        durablePosition: await storage.durablePosition(),
        pipelines: all.map(statusJson),
      });
      return undefined;
    }
    for (const line of renderTable(all.map((one) => statusRow(one, context.style)))) context.print(line);
    return undefined;
  });
}

function statusRow({ pipeline, state, run, chunks, holder, next }: PipelineStatus, style: Style): string[] {
  const by = holder === null ? "" : `pid ${holder.holder.pid} on ${holder.holder.host}`;
  const done = chunks === null || state === "completed" ? "" : `${chunks.done} of ${chunks.total} chunks`;
  const marks = { completed: style.ok("✓"), "never run": "·", running: "▸", abandoned: "·" } as const;
  const mark = state in marks ? marks[state as keyof typeof marks] : style.warn("!");
  const facts = [by, done, run === null ? "" : startedAt(run)].filter((text) => text !== "").join(", ");
  return [`${mark} ${pipeline}`, run?.label ?? "", state, facts, next === "" ? "" : `next: ${next}`];
}

function statusJson({ pipeline, state, run, chunks, holder, next }: PipelineStatus): JsonObject {
  return {
    pipeline,
    state,
    run: run === null ? null : runJson(run),
    chunks: chunks === null ? null : { ...chunks },
    holder: holder === null ? null : { ...holder.holder, sinceMs: holder.sinceMs },
    next,
  };
}

async function runs(
  context: CliContext,
  pipeline: string | undefined,
  limitText: string,
): Promise<undefined> {
  const limit = Number(limitText);
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new TidemarkError("USAGE_INVALID", { reason: `--limit ${limitText}: give a whole number from 1` });
  }
  return withTidemark(context, async ({ project, storage, tenant }) => {
    if (pipeline !== undefined) getPipeline(project, pipeline);
    const rows = await storage.listRuns({ tenant, limit, ...(pipeline === undefined ? {} : { pipeline }) });
    if (context.options.json === true) context.printJson({ runs: rows.map(runJson) });
    else if (rows.length === 0) context.print("nothing has run yet");
    else for (const line of renderTable(rows.map(runRow))) context.print(line);
    return undefined;
  });
}

function runRow(run: RunHead): string[] {
  const took =
    run.finishedAtMs === null ? "" : formatDuration(Math.max(0, run.finishedAtMs - run.startedAtMs));
  return [`${run.pipeline}/${run.label}`, run.status, startedAt(run), took, run.runId];
}

function runJson(run: RunHead): JsonObject {
  const { runId, rootRunId, pipeline, label, status: state, planHash, startedAtMs, finishedAtMs } = run;
  return {
    runId,
    rootRunId,
    pipeline,
    label,
    run: `${pipeline}/${label}`,
    status: state,
    planHash,
    startedAtMs,
    finishedAtMs,
  };
}

function startedAt(run: RunHead): string {
  return new Date(run.startedAtMs).toISOString().slice(0, 19).replace("T", " ") + "Z";
}
