/** The program `sqlite-child.ts` starts: one step, its outcome as JSON on stdout. */
import { openSqliteSource } from "../../src/connectors/sqlite/source/open-sqlite-source.ts";
import { systemClock } from "../../src/core/clock.ts";
import { TidemarkError } from "../../src/core/errors.ts";
import { sourceOf } from "./sqlite-fixture.ts";
import { checkSink, loadChunks, publishChunks } from "./sqlite-sink-fixture.ts";

const [step = "", given = "{}"] = process.argv.slice(2);
const { path, writeMode = "replace", rootRunId = "run-1" } = JSON.parse(given) as Record<string, string>;
const target = { path: path ?? "", writeMode, rootRunId };

async function perform(): Promise<void> {
  if (step === "describe") {
    const source = openSqliteSource(sourceOf(target.path), { clock: systemClock });
    await source.describe();
    await source.close();
  } else if (step === "check") await checkSink(target);
  else if (step === "load") await loadChunks(target);
  else await publishChunks(target);
}

try {
  await perform();
  process.stdout.write(JSON.stringify({ code: "ok", message: "" }));
} catch (error) {
  const code = error instanceof TidemarkError ? error.code : "unexpected";
  process.stdout.write(JSON.stringify({ code, message: String(error) }));
}
