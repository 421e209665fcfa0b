/** `tidemark validate`: holds what a run promised against what is there. */
import type { Command } from "commander";
import { TidemarkError } from "../../core/errors.ts";
import { formatBytes, formatCount } from "../../core/format-quantity.ts";
import type { JsonObject } from "../../core/json-value.ts";
import { getRun, listChain } from "../../operations/find-run.ts";
import { findSuperseding } from "../../operations/validate/find-superseding.ts";
import { type ValidationReport, validateRun } from "../../operations/validate/validate-run.ts";
import type { RunRow } from "../../storage/port.ts";
import type { Tidemark } from "../../runtime/tidemark.ts";
import { type CliContext, getPipeline, withTidemark } from "../cli-context.ts";
import { EXIT_INTEGRITY, EXIT_OK } from "../exit-codes.ts";
import type { Invoke } from "../main.ts";

export function addValidateCommand(program: Command, invoke: Invoke): void {
  program
    .command("validate")
    .argument("[run]", "pipeline, pipeline/run-7, or run id; every pipeline's newest when left out")
    .option("--deep", "also decode every part and recompute its column checksums")
    .summary("check published files against the manifest")
    .description(
      "Compares the manifest with the files: presence, size and SHA-256. With --deep every part is decoded and its column " +
        "checksums are recomputed. Exits with 3 when something differs, and names it.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  tidemark validate orders\n  tidemark validate orders/run-7 --deep\n",
    )
    .action(
      invoke((context, run: string | undefined, { deep }: { deep?: boolean }) =>
        validate(context, run, deep === true),
      ),
    );
}

async function validate(context: CliContext, reference: string | undefined, deep: boolean): Promise<number> {
  return withTidemark(context, async (tidemark) => {
    const references = reference === undefined ? await completedPipelines(tidemark) : [reference];
    const reports: { readonly run: RunRow; readonly report: ValidationReport }[] = [];
    for (const one of references) reports.push(await validateOne(context, tidemark, one, deep));
    if (context.options.json === true)
      context.printJson({ validated: reports.map(({ run, report }) => reportJson(run, report)) });
    else
      for (const { run, report } of reports)
        for (const line of renderReport(context, run, report)) context.print(line);
    if (references.length === 0 && context.options.json !== true)
      context.print("nothing has been published yet");
    return reports.every(({ report }) => report.findings.length === 0) ? EXIT_OK : EXIT_INTEGRITY;
  });
}

async function completedPipelines({ project, storage, tenant }: Tidemark): Promise<string[]> {
  const names: string[] = [];
  for (const pipeline of Object.keys(project.pipelines)) {
    const [newest] = await storage.listRuns({ tenant, pipeline, status: "completed", limit: 1 });
    if (newest !== undefined) names.push(newest.runId);
  }
  return names;
}

async function validateOne(
  { terminal, options }: CliContext,
  tidemark: Tidemark,
  reference: string,
  deep: boolean,
): Promise<{ readonly run: RunRow; readonly report: ValidationReport }> {
  const found = await getRun(tidemark.storage, tidemark.tenant, reference);
  await assertStanding(tidemark, found);
  const [root = found] = await listChain(tidemark.storage, found);
  const sink = tidemark.openSink(getPipeline(tidemark.project, found.pipeline), root.startedAtMs);
  const onProgress = (done: number, total: number): void => {
    if (terminal.isInteractive && options.quiet !== true)
      terminal.draw(`\r\u001B[2K  ${done} of ${total} parts${done === total ? "\r\u001B[2K" : ""}`);
  };
  try {
    const quarantineFolder = tidemark.quarantineFolder(found.pipeline);
    return {
      run: found,
      report: await validateRun({ run: found, sink, quarantineFolder, deep, onProgress }),
    };
  } finally {
    await sink.close();
  }
}

/** Throws VALIDATE_SUPERSEDED. */
async function assertStanding({ storage }: Tidemark, run: RunRow): Promise<void> {
  const newer = run.status === "completed" ? await findSuperseding(storage, run) : undefined;
  if (newer === undefined) return;
  const { pipeline, label } = run;
  throw new TidemarkError("VALIDATE_SUPERSEDED", { run: `${pipeline}/${label}`, by: newer.label, pipeline });
}

function renderReport({ style }: CliContext, run: RunRow, report: ValidationReport): string[] {
  const what = `${run.pipeline}/${run.label}`;
  const amount = `${report.files} parts, ${formatCount(report.rows)} rows, ${formatBytes(report.bytes)}`;
  const how = report.deep ? "sizes, hashes and column checksums match" : "sizes and hashes match";
  if (report.findings.length === 0) return [`${style.ok("✓")} ${what}: ${amount}: ${how}`];
  const findings = report.findings.map(
    ({ path, column, reason }) => `  ${path}${column === null ? "" : `, column ${column}`}: ${reason}`,
  );
  return [`${style.fail("✗")} ${what}: ${amount}: ${report.findings.length} findings`, ...findings];
}

function reportJson(run: RunRow, { files, rows, bytes, deep, findings }: ValidationReport): JsonObject {
  const passed = findings.length === 0;
  return {
    run: `${run.pipeline}/${run.label}`,
    runId: run.runId,
    passed,
    deep,
    files,
    rows,
    bytes,
    findings: findings.map((one) => ({ ...one })),
  };
}
