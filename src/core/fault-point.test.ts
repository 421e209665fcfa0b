import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const MODULE = new URL("./fault-point.ts", import.meta.url).href;

/** Reaches `here` twice and `there` once in a process of its own, as the plan is read when the module loads. */
function runWith(fault: string | undefined): { signal: string | null; stdout: string } {
  const script = `
    import { faultPoint } from ${JSON.stringify(MODULE)};
    const reach = (name) => { try { faultPoint(name); console.log(name); } catch (error) { console.log(error.code + ": " + error.message); } };
    reach("here"); reach("there"); reach("here");`;
  const { TIDEMARK_FAULT: _, ...env } = process.env;
  const { signal, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    env: fault === undefined ? env : { ...env, TIDEMARK_FAULT: fault },
    encoding: "utf8",
  });
  return { signal, stdout: stdout.trim().replaceAll("\n", " ") };
}

describe("faultPoint", () => {
  it.each([
    [undefined, null, "here there here"],
    ["elsewhere", null, "here there here"],
    ["here", "SIGKILL", ""],
    ["there", "SIGKILL", "here"],
    ["here#2", "SIGKILL", "here there"],
    ["here#3", null, "here there here"],
    ["here#2=error:ENOSPC", null, "here there ENOSPC: ENOSPC: injected at here"],
  ])("under the plan %s ends with %s after reaching %j", (fault, signal, stdout) => {
    expect(runWith(fault)).toEqual({ signal, stdout });
  });
});
