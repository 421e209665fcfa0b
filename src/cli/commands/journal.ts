/** `tidemark journal`: what was planned, what happened, what degraded, what came out; and whether its hashes follow. */
import type { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { formatCount } from "../../core/format-quantity.ts";
import { getRun, listChain } from "../../operations/find-run.ts";
import type { JournalEntry } from "../../operations/journal/journal.ts";
import { entryJson, journalJson } from "../../operations/journal/journal-json.ts";
import { collectJournal, readJournalPage } from "../../operations/journal/read-journal.ts";
import { renderEntry } from "../../operations/journal/render-entry.ts";
import { renderJournal } from "../../operations/journal/render-journal.ts";
import { renderRevealed, revealRun } from "../../operations/journal/reveal.ts";
import { isWorkedOn } from "../../operations/status/project-status.ts";
import { type RunChainVerdict, verifyRunChain } from "../../operations/verify-run-chain.ts";
import type { Tidemark } from "../../runtime/tidemark.ts";
import type { RunRow } from "../../storage/port.ts";
import { type CliContext, withTidemark } from "../cli-context.ts";
import { EXIT_INTEGRITY, EXIT_OK } from "../exit-codes.ts";
import type { Invoke } from "../main.ts";

/** How often `--follow` looks for new events. */
const FOLLOW_EVERY_MS = 200;

interface JournalOptions {
  readonly follow?: boolean;
  readonly reveal?: boolean;
}

export function addJournalCommand(program: Command, invoke: Invoke): void {
  program
    .command("journal")
    .argument("<run>", "pipeline (its newest run), pipeline/run-7, or run id")
    .option("-f, --follow", "print events as they come, until the run ends")
    .option("--reveal", "also show bounds and refused rows, which the journal itself holds only as hashes")
    .summary("what was planned, what happened, what degraded, what came out")
    .description(
      "Answers the four questions about a run from its events in the ledger, over the whole chain of runs that resumed one " +
        "another, and recomputes the chain's hashes. Exits with 3 when a hash does not follow.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  tidemark journal orders\n  tidemark journal orders/run-7 --json\n  tidemark journal orders --follow\n",
    )
    .action(invoke((context, run: string, options: JournalOptions) => journal(context, run, options)));
}

async function journal(context: CliContext, reference: string, options: JournalOptions): Promise<number> {
  return withTidemark(context, async (tidemark) => {
    const run = await getRun(tidemark.storage, tidemark.tenant, reference);
    if (options.follow === true) return follow(context, tidemark, run);
    return show(context, tidemark, run, options.reveal === true);
  });
}

async function show(context: CliContext, tidemark: Tidemark, run: RunRow, reveal: boolean): Promise<number> {
  const { storage, tenant } = tidemark;
  const chain = await listChain(storage, run);
  const found = await collectJournal(
    storage,
    tenant,
    chain.map(({ runId }) => runId),
  );
  const verdicts: RunChainVerdict[] = [];
  for (const one of chain) verdicts.push(await verifyRunChain(storage, one));
  const revealed = reveal ? await revealRun(storage, run, tidemark.quarantineFolder(run.pipeline)) : [];
  if (context.options.json === true) {
    const shown = reveal ? { revealed: revealed.map((one) => ({ ...one })) } : {};
    context.printJson({ ...journalJson(found), chain: verdicts.map(verdictJson), ...shown });
  } else {
    for (const line of renderJournal(found)) context.print(line);
    if (reveal) for (const line of renderRevealed(revealed)) context.print(line);
    context.print("Does the hash chain hold?");
    for (const verdict of verdicts) context.print(`  ${renderVerdict(context, verdict)}`);
  }
  return verdicts.every(({ broken }) => broken === null) ? EXIT_OK : EXIT_INTEGRITY;
}

function renderVerdict({ style }: CliContext, { run, events, head, broken }: RunChainVerdict): string {
  const name = `${run.pipeline}/${run.label}`;
  if (broken === null)
    return `${style.ok("✓")} ${name}: hash chain of ${formatCount(events)} events is whole, head ${head.hash.slice(0, 16)}…`;
  return `${style.fail("✗")} ${name}: hash chain is broken at event ${broken.version}: ${broken.reason}`;
}

function verdictJson({ run, events, head, broken }: RunChainVerdict): {
  [name: string]: string | number | boolean | null;
} {
  return {
    run: `${run.pipeline}/${run.label}`,
    runId: run.runId,
    events,
    head: head.hash,
    whole: broken === null,
    brokenAt: broken?.version ?? null,
  };
}

/** Ends with the run: when nobody works on it any more and everything it said is printed. */
async function follow(context: CliContext, { storage, tenant }: Tidemark, run: RunRow): Promise<number> {
  const ports = { storage, tenant, clock: systemClock };
  let fromVersion = 1;
  for (;;) {
    // Asked before the events are read: the last ones may come between.
    const goesOn = await isWorkedOn(ports, run);
    for (;;) {
      const page = await readJournalPage(storage, { tenant, runId: run.runId, fromVersion });
      for (const entry of page) printEntry(context, entry);
      fromVersion += page.length;
      if (page.length === 0) break;
    }
    if (!goesOn) return EXIT_OK;
    await systemClock.sleep(FOLLOW_EVERY_MS);
  }
}

function printEntry(context: CliContext, entry: JournalEntry): void {
  if (context.options.json === true) context.print(JSON.stringify(entryJson(entry)));
  else context.print(renderEntry(entry));
}
