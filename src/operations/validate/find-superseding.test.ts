import { describe, expect, it } from "vitest";
import type { RunFilter, RunRow } from "../../storage/port.ts";
import { findSuperseding } from "./find-superseding.ts";

/** A completed run whose plan says where and how it wrote. */
function run(number: number, writeMode: string, place = "lake"): RunRow {
  const plan = { sink: { kind: "files", writeMode, settings: { place } } };
  const runId = `id-${number}`;
  const names = { tenant: "t", pipeline: "orders", runId, rootRunId: runId, label: `run-${number}`, number };
  const times = { startedAtMs: 0, finishedAtMs: 1 };
  const planHash = `${writeMode} ${place}`;
  return { ...names, ...times, status: "completed", planHash, plan, manifestText: null };
}

function supersedingFirst(...runs: readonly RunRow[]): Promise<string | undefined> {
  const storage = {
    listRuns: async ({ status }: RunFilter) => runs.filter((one) => one.status === status).toReversed(),
    findRun: async (_: string, runId: string) => runs.find((one) => one.runId === runId),
  };
  const [first = expect.fail("no run")] = runs;
  return findSuperseding(storage, first).then((found) => found?.label);
}

describe("the run that took the place of an older one", () => {
  it("is the newest one in mode replace", async () => {
    const runs = [1, 2, 3].map((number) => run(number, "replace"));
    expect(await supersedingFirst(...runs)).toBe("run-3");
  });

  it("is the newest that stands there, also when it appended to one that replaced", async () => {
    expect(await supersedingFirst(run(1, "append"), run(2, "replace"), run(3, "append"))).toBe("run-3");
  });

  it("is none where later runs append, wrote elsewhere or were not completed", async () => {
    expect(await supersedingFirst(run(1, "replace"), run(2, "append"))).toBeUndefined();
    expect(await supersedingFirst(run(1, "replace"), run(2, "replace", "other"))).toBeUndefined();
    expect(
      await supersedingFirst(run(1, "replace"), { ...run(2, "replace"), status: "failed" }),
    ).toBeUndefined();
    expect(await supersedingFirst(run(2, "replace"), run(1, "replace"))).toBeUndefined();
  });
});
