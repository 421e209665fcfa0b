/**
 * Power lost while the log was written: whatever lies behind what was acknowledged may be cut, zeroed or garbage. The state
 * folder is copied with its log as it was after the acknowledgement and with more behind it, which is then damaged.
 */
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { appendOne, expectWhole, openPlain, temporaryFolder } from "./storage-aftermath.ts";

type Damage = (tail: Buffer, at: number) => Buffer;

const DAMAGES: Readonly<Record<string, Damage>> = {
  "cut off": (tail, at) => tail.subarray(0, at),
  zeroed: (tail, at) => Buffer.concat([tail.subarray(0, at), Buffer.alloc(tail.length - at)]),
  garbage: (tail, at) => {
    const noise = Buffer.alloc(tail.length - at);
    seededRandom(at).fill(noise);
    return Buffer.concat([tail.subarray(0, at), noise]);
  },
  "written in the wrong order": (tail, at) => {
    const half = Buffer.from(tail);
    half.fill(0, Math.max(0, at - 512), at);
    return half;
  },
};

describe("a log with a torn tail", () => {
  it.each(Object.entries(DAMAGES))("that is %s opens with everything acknowledged", async (_, damage) => {
    using folder = temporaryFolder();
    const source = join(folder.path, "source");
    const storage = await openPlain(source);
    const acknowledged: string[] = [];
    for (let index = 0; index < 10; index += 1)
      acknowledged.push(await appendOne(storage, `order/${index % 3}`));
    const log = join(source, "ledger.db-wal");
    const flushedBytes = statSync(log).size;
    for (let index = 0; index < 10; index += 1)
      await appendOne(storage, `order/${index % 3}`, "x".repeat(5_000));
    const whole = readFileSync(log);
    const tail = whole.subarray(flushedBytes);
    expect(tail.length).toBeGreaterThan(50_000);

    for (const share of [0.001, 0.2, 0.5, 0.77, 0.999]) {
      const copy = join(folder.path, `copy-${share}`);
      mkdirSync(copy);
      copyFileSync(join(source, "ledger.db"), join(copy, "ledger.db"));
      const torn = damage(tail, Math.ceil(tail.length * share));
      writeFileSync(join(copy, "ledger.db-wal"), Buffer.concat([whole.subarray(0, flushedBytes), torn]));
      const opened = await openPlain(copy);
      await expectWhole(opened, acknowledged);
      await appendOne(opened, "order/1");
      await expectWhole(opened, acknowledged);
      await opened.close();
    }
    await storage.close();
  });
});
