/**
 * What happens when nobody reads our output any more (`tidemark journal orders --json | head`). Of stdout, which carries the
 * result: the process ends at once and quietly with 141, as one that SIGPIPE kills, never with 0: what was asked for was not
 * delivered. Of stderr, which carries progress: the work goes on, a run does not depend on being watched.
 */
import { messageOf, systemCodeOf } from "../core/errors.ts";
import { EXIT_CLOSED_PIPE, EXIT_TRANSIENT } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

export function watchPipes(terminal: Terminal): void {
  process.stdout.on("error", (error) => {
    if (systemCodeOf(error) === "EPIPE") process.exit(EXIT_CLOSED_PIPE);
    terminal.say(`${terminal.style.fail("✗")} the result could not be written: ${messageOf(error)}`);
    process.exit(EXIT_TRANSIENT);
  });
  process.stderr.on("error", () => undefined);
}
