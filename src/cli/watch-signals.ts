/** Ctrl-C and SIGTERM: the first lets chunks under way finish and checkpoints, the second ends the process at once. */
import { EXIT_INTERRUPTED, EXIT_TERMINATED } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

export interface Interruption {
  readonly drain: AbortSignal;
  /** of the signal that came, or undefined */
  exitCode(): number | undefined;
  stop(): void;
}

export function watchSignals(terminal: Terminal): Interruption {
  const drain = new AbortController();
  let exitCode: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    const code = signal === "SIGTERM" ? EXIT_TERMINATED : EXIT_INTERRUPTED;
    // Aborting loses only the chunks under way: they are staged, and resume reads them again.
    if (exitCode !== undefined) process.exit(code);
    exitCode = code;
    terminal.say("");
    terminal.say("  stopping: chunks under way are finished and committed; once more to stop at once");
    drain.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    drain: drain.signal,
    exitCode: () => exitCode,
    stop: () => {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}
