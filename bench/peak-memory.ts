/**
 * The largest resident size of a child process that runs one exported function of a module and nothing else. The child
 * is started through a shell: Linux counts the size of the process that forked it, and a shell is small.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** `exported` takes no argument. Megabytes of 10^6 bytes; an empty Node process has about 45. */
export async function peakMbOf(moduleUrl: string, exported: string): Promise<number> {
  const script = `
    const module = await import(${JSON.stringify(moduleUrl)});
    await module[${JSON.stringify(exported)}]();
    process.stdout.write(String(process.resourceUsage().maxRSS));`;
  const args = ["-c", '"$0" "$@"; exit $?', process.execPath, "--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)("sh", args);
  return Math.round((Number(stdout) * 1024) / 1e6);
}
