/** `tidemark plan`: what a run would do, without doing it. */
import type { Command } from "commander";
import { formatLogicalType } from "../../columns/logical-type.ts";
import { formatCount } from "../../core/format-quantity.ts";
import type { JsonObject } from "../../core/json-value.ts";
import type { PipelinePlan } from "../../pipeline/plan/sealed-plan.ts";
import { type CliContext, pickPipelines, withTidemark } from "../cli-context.ts";
import type { Invoke } from "../main.ts";
import type { Style } from "../terminal.ts";
import { renderTable } from "../render-table.ts";

export function addPlanCommand(program: Command, invoke: Invoke): void {
  program
    .command("plan")
    .argument("[pipelines...]", "names of pipelines; all when left out")
    .summary("show what a run would read, how it would be cut, and where it would go")
    .description(
      "Plans pipelines without running them: the statement, the cutting strategy and why it was chosen, the consistency a " +
        "run can promise, every column with its type, and the plan hash that a resume must meet again.",
    )
    .addHelpText("after", "\nExamples:\n  tidemark plan orders\n  tidemark plan --json\n")
    .action(invoke((context, names: string[]) => planAll(context, names)));
}

async function planAll(context: CliContext, names: readonly string[]): Promise<undefined> {
  return withTidemark(context, async (tidemark) => {
    const pipelines = pickPipelines(tidemark.project, names, names.length === 0);
    const plans: PipelinePlan[] = [];
    for (const definition of pipelines) plans.push(await tidemark.plan(definition));
    if (context.options.json === true) context.printJson({ plans: plans.map(planJson) });
    else for (const plan of plans) for (const line of renderPlan(plan, context.style)) context.print(line);
    return undefined;
  });
}

function renderPlan(plan: PipelinePlan, style: Style): string[] {
  const { source, sink } = plan;
  const rows = source.rowsEstimate === undefined ? "" : `   about ${formatCount(source.rowsEstimate)} rows`;
  const columns = plan.columns.map(({ field, nativeType }) => [
    `    ${field.name}`,
    nativeType,
    formatLogicalType(field.type),
    field.nullable ? "" : "not null",
  ]);
  const outputs = plan.outputFields.map((field) => `${field.name} ${formatLogicalType(field.type)}`);
  return [
    `${style.bold(plan.pipeline)}  ${plan.sourceLabel} → ${sink.label}`,
    `  reads       ${source.query}${rows}`,
    `  strategy    ${source.strategy}: ${source.why}`,
    `  consistency ${source.consistency === "snapshot" ? "snapshot: every chunk from one instant" : "per chunk: each chunk from its own instant"}`,
    `  writes      ${sink.kind}, ${sink.format}${sink.compression === "none" ? "" : `, ${sink.compression}`}, ${sink.writeMode}, ${plan.readers} ${plan.readers === 1 ? "worker" : "workers"}`,
    "  columns",
    ...renderTable(columns),
    `  output      ${outputs.join(", ")}`,
    ...source.warnings.map(({ message }) => `  ${style.warn("!")} ${message}`),
    `  plan hash   ${plan.planHash}`,
    "",
  ];
}

function planJson(plan: PipelinePlan): JsonObject {
  const { why, warnings, rowsEstimate, readersMax, consistency } = plan.source;
  return {
    pipeline: plan.pipeline,
    planHash: plan.planHash,
    sealed: plan.sealed,
    explained: { why, consistency, readersMax, rowsEstimate: rowsEstimate ?? null, readers: plan.readers },
    warnings: warnings.map((warning) => ({ ...warning })),
  };
}
