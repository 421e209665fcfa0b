/** The command line: parses flags, runs one command, turns errors into their form and exit code. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { TidemarkError, toTidemarkError } from "../core/errors.ts";
import { watchPipes } from "./closed-pipes.ts";
import { type CliContext, createCliContext, type GlobalOptions } from "./cli-context.ts";
import { addCheckCommand } from "./commands/check.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addInitCommand } from "./commands/init.ts";
import { addJournalCommand } from "./commands/journal.ts";
import { addPlanCommand } from "./commands/plan.ts";
import { addRunCommands } from "./commands/run.ts";
import { addSchemaCommand } from "./commands/schema.ts";
import { addStateCommands } from "./commands/state.ts";
import { addStatusCommands } from "./commands/status.ts";
import { addValidateCommand } from "./commands/validate.ts";
import { EXIT_OK, EXIT_USAGE } from "./exit-codes.ts";
import { errorJson, renderError } from "./print-error.ts";
import { openTerminal } from "./terminal.ts";

/** Wraps a command's work: gives it a context, and its result becomes the exit code (nothing: 0). */
export type Invoke = <A extends unknown[]>(
  work: (context: CliContext, ...args: A) => Promise<number | undefined>,
) => (...args: A) => Promise<void>;

/** Runs one command line; resolves to its exit code and never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  const terminal = openTerminal(process.env);
  watchPipes(terminal);
  const program = createProgram(isJsonAskedFor(argv) ? () => undefined : terminal.draw);
  let exit = EXIT_OK;
  const invoke: Invoke =
    (work) =>
    async (...args) => {
      const context = createCliContext(terminal, program.opts<GlobalOptions>());
      try {
        exit = (await work(context, ...args)) ?? EXIT_OK;
      } catch (thrown) {
        exit = showError(context, toTidemarkError(thrown));
      }
    };
  addCommands(program, invoke);
  try {
    await program.parseAsync(argv, { from: "user" });
    return exit;
  } catch (error) {
    return usageExit(createCliContext(terminal, program.opts<GlobalOptions>()), argv, error);
  }
}

/** `sayUsage` is told what is wrong with a command line, and its help; commands that are added inherit it. */
function createProgram(sayUsage: (text: string) => void): Command {
  return new Command("tidemark")
    .configureOutput({ writeErr: sayUsage })
    .description("Runs data pipelines on a durable ledger, and can prove what it did.")
    .version(readVersion(), "-V, --version")
    .option("-c, --config <path>", "configuration file", "tidemark.yaml")
    .option("--env-file <path>", "read environment variables from this file first")
    .option("--json", "print the result as JSON on stdout")
    .option("-q, --quiet", "no progress and no summary, only errors")
    .option("-v, --verbose", "also say how a run reads, and every chunk it commits")
    .showHelpAfterError("(see: tidemark --help)")
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      "\nStart here:\n  tidemark init     write a commented tidemark.yaml\n  tidemark doctor   is everything reachable and writable?\n" +
        "  tidemark run      run it; kill it at will, then: tidemark resume\n\n" +
        "Exit codes:\n  0 ok   1 configuration or usage   2 transient (retry me)   3 integrity\n" +
        "  4 schema drift   6 partial (rows in quarantine)\n" +
        "  130, 143 interrupted after a clean checkpoint   141 nobody read the output to its end",
    )
    .exitOverride();
}

function addCommands(program: Command, invoke: Invoke): void {
  addInitCommand(program, invoke);
  addDoctorCommand(program, invoke);
  addCheckCommand(program, invoke);
  addPlanCommand(program, invoke);
  addRunCommands(program, invoke);
  addStatusCommands(program, invoke);
  addJournalCommand(program, invoke);
  addValidateCommand(program, invoke);
  addStateCommands(program, invoke);
  addSchemaCommand(program, invoke);
  for (const command of program.commands) allowGlobalOptions(command);
}

/** Global options may also stand behind the command's name: `tidemark run orders --json`. */
function allowGlobalOptions(command: Command): void {
  command.exitOverride().showHelpAfterError("(see: tidemark " + command.name() + " --help)");
  for (const child of command.commands) allowGlobalOptions(child);
}

function showError(context: CliContext, error: TidemarkError): number {
  if (context.options.json === true) context.printJson(errorJson(error));
  else for (const line of renderError(error, context.terminal.style)) context.terminal.say(line);
  return error.exitCode;
}

/** Without --json Commander has already said what is wrong; help and version are no errors. */
function usageExit(context: CliContext, argv: readonly string[], error: unknown): number {
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode === 0) return EXIT_OK;
  if (isJsonAskedFor(argv)) context.printJson(errorJson(usageError(error)));
  return EXIT_USAGE;
}

/** Options are not parsed yet when the command line itself is wrong. */
function isJsonAskedFor(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end < 0 ? argv.length : end).includes("--json");
}

function usageError({ code, message }: CommanderError): TidemarkError {
  const reason = code === "commander.help" ? "name a command; see: tidemark --help" : message;
  return new TidemarkError("USAGE_INVALID", { reason: reason.replace(/^error: /, "") });
}

function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
