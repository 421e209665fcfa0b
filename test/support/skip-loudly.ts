/** The one way to leave a test out: it says why on stderr, and where `CI` is set it fails instead. */
import { writeSync } from "node:fs";
import { expect, type TestContext } from "vitest";

export function skipLoudly(test: TestContext, reason: string): never {
  if (process.env["CI"] !== undefined && process.env["CI"] !== "false")
    expect.fail(`${test.task.name}: can not be left out here: ${reason}`);
  writeSync(2, `\nSKIPPED: ${test.task.name}: ${reason}\n`);
  test.skip(reason);
}
