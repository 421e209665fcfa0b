/** Runs every example but the demo, which has a test of its own (`test/scenario/demo.test.ts`). Stops at the first that fails. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const names = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "demo")
  .map(({ name }) => name);

for (const name of names.toSorted()) {
  const script = join(import.meta.dirname, name, `${name}.ts`);
  if (!existsSync(script)) throw new Error(`examples/${name} has no ${name}.ts`);
  process.stdout.write(`examples/${name}\n`);
  const { status } = spawnSync(process.execPath, [script], { stdio: "inherit" });
  if (status !== 0) {
    process.stdout.write(`examples/${name} failed: exit code ${status}\n`);
    process.exitCode = 1;
    break;
  }
}
