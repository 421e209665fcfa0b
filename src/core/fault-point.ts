/**
 * Named points at which a test can make the process die or fail: the fault injector of the crash tests. The environment
 * variable `TIDEMARK_FAULT` names one: `name` or `name#3` (the third time it is reached in a thread) kills the process
 * with SIGKILL there, `name#3=error:ENOSPC` throws a system error with that code instead, `name#3=exit` ends the thread.
 * Unset (always, outside tests) a point costs one comparison.
 */

const plan: string | undefined = process.env["TIDEMARK_FAULT"];
const [target = "", action = "kill"] = (plan ?? "").split("=");
const [targetName = "", targetCount = "1"] = target.split("#");
let reachedCount = 0;

/** Marks a place where a crash must lose nothing. Names are `area.step`; `docs/guides/crash-safety.md` lists them. */
export function faultPoint(name: string): void {
  if (plan === undefined || name !== targetName) return;
  reachedCount += 1;
  if (reachedCount !== Number(targetCount)) return;
  if (action.startsWith("error:")) throw systemError(name, action.slice("error:".length));
  if (action === "exit") process.exit(1);
  process.kill(process.pid, "SIGKILL");
  // SIGKILL of the own process is delivered asynchronously to worker threads: never go on.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function systemError(name: string, code: string): Error {
  return Object.assign(new Error(`${code}: injected at ${name}`), { code });
}
