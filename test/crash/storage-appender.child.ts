/**
 * Appends to a ledger and says on stdout what was acknowledged, a line per event: position, entity, version, hash. Arguments:
 * folder, name, appends, callers. The parent kills it, or lets it run to its end.
 */
import { writeSync } from "node:fs";
import { systemClock } from "../../src/core/clock.ts";
import { systemRandom } from "../../src/core/random.ts";
import { openSqliteStorage } from "../../src/storage/sqlite/open-sqlite-storage.ts";

const [folder = "", name = "", appends = "0", callers = "1"] = process.argv.slice(2);
const storage = await openSqliteStorage({ folder, clock: systemClock, random: systemRandom });
let next = 0;

async function appendOn(): Promise<void> {
  while (next < Number(appends)) {
    const index = next++;
    const outcome = await storage.appendEvents({
      tenant: "default",
      events: [
        { entity: "shared", kind: "test.appended", payload: { name, index } },
        {
          entity: `own/${name}/${index % 5}`,
          kind: "test.appended",
          payload: { index, fill: "x".repeat(200) },
        },
      ],
      ...(index % 3 === 0 ? { idempotencyKey: `${name}-${index}` } : {}),
    });
    if (outcome.kind !== "appended") continue;
    const lines = outcome.receipt.events.map((event) =>
      [event.position, event.entity, event.version, event.hash].join(" "),
    );
    writeSync(1, `${lines.join("\n")}\n`);
  }
}

await Promise.all(Array.from({ length: Number(callers) }, appendOn));
await storage.close();
