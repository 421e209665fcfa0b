/** `tidemark doctor`: is everything a run needs reachable, readable and writable? */
import type { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { examineProject, type Finding } from "../../operations/doctor/examine-project.ts";
import { type CliContext, withTidemark } from "../cli-context.ts";
import { EXIT_OK, EXIT_USAGE } from "../exit-codes.ts";
import type { Invoke } from "../main.ts";
import { renderTable } from "../render-table.ts";

export function addDoctorCommand(program: Command, invoke: Invoke): void {
  program
    .command("doctor")
    .summary("look at state, sources and destinations before a run does")
    .description(
      "Opens the state, every source and every destination, and says line by line what is well and what is not, with the " +
        "fix. Exits with 1 when a line fails. Writes only probes, which it removes.",
    )
    .addHelpText("after", "\nExamples:\n  tidemark doctor\n  tidemark doctor --json\n")
    .action(invoke((context) => doctor(context)));
}

async function doctor(context: CliContext): Promise<number> {
  return withTidemark(context, async (tidemark) => {
    const { storage, tenant, project } = tidemark;
    const findings = await examineProject({
      clock: systemClock,
      storage,
      tenant,
      project,
      openSource: (definition) => tidemark.openSource(definition),
      openSink: (definition) => tidemark.openSink(definition, systemClock.nowMs()),
    });
    const all: Finding[] = [runtimeFinding(), ...findings];
    if (context.options.json === true) context.printJson({ findings: all.map((one) => ({ ...one })) });
    else for (const line of render(context, all)) context.print(line);
    return all.some(({ verdict }) => verdict === "fail") ? EXIT_USAGE : EXIT_OK;
  });
}

function runtimeFinding(): Finding {
  const { node } = process.versions;
  return {
    area: "runtime",
    check: "Node.js",
    verdict: "ok",
    detail: `${node}, SQLite ${process.versions["sqlite"] ?? "built in"}`,
    fix: "",
  };
}

function render({ style }: CliContext, findings: readonly Finding[]): string[] {
  const marks = { ok: style.ok("ok  "), warn: style.warn("warn"), fail: style.fail("fail") } as const;
  const lines = renderTable(
    findings.map(({ area, check, verdict, detail }) => [marks[verdict], area, check, detail]),
  );
  return lines.flatMap((line, index) => {
    const fix = findings[index]?.fix ?? "";
    return fix === "" ? [line] : [line, `        fix: ${fix}`];
  });
}
