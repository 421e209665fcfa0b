import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { currentHolder } from "../../core/process-identity.ts";
import type { Holder, Lease, RunRow, RunStatus } from "../../storage/port.ts";
import { isWorkedOn, pipelineStatus, type StatusPorts } from "./project-status.ts";

const NOW = 1_000_000;
const FOREIGN: Holder = { pid: 1, host: `not-${hostname()}`, command: "tidemark run", incarnation: "b/n/1" };

function run(label: string, status: RunStatus): RunRow {
  const facts = { tenant: "t", pipeline: "orders", planHash: "", plan: {}, manifestText: null, number: 1 };
  return { ...facts, runId: label, rootRunId: label, label, status, startedAtMs: 0, finishedAtMs: null };
}

interface Standing {
  /** newest first */
  readonly runs: readonly RunRow[];
  readonly holder?: Holder;
  readonly expiresAtMs?: number;
}

function standing({ runs, holder, expiresAtMs = NOW + 1 }: Standing): StatusPorts {
  const lease: Lease | undefined =
    holder === undefined ? undefined : { name: "", token: 1, holder, sinceMs: 0, expiresAtMs };
  return {
    tenant: "t",
    clock: { nowMs: () => NOW },
    storage: {
      listRuns: async ({ limit }) => runs.slice(0, limit),
      listBatches: async () => [],
      findLease: async () => lease,
    },
  };
}

describe("the state of a pipeline", () => {
  const runs = [run("run-1", "running")];

  it("is running while somebody holds it", async () => {
    const own = { runs, holder: currentHolder("tidemark run") };
    expect(await pipelineStatus(standing(own), "orders")).toMatchObject({ state: "running" });
    expect(await pipelineStatus(standing({ runs, holder: FOREIGN }), "orders")).toMatchObject({
      state: "running",
      holder: { holder: FOREIGN },
    });
  });

  it("is crashed once the lease of a holder on another host has run out", async () => {
    const ports = standing({ runs, holder: FOREIGN, expiresAtMs: NOW });
    expect(await pipelineStatus(ports, "orders")).toMatchObject({
      state: "crashed",
      holder: null,
      next: "tidemark resume orders",
    });
  });

  it("is crashed at once when the holder is known to be dead", async () => {
    const dead = { ...currentHolder("tidemark run"), pid: 2 ** 30 };
    expect(await pipelineStatus(standing({ runs, holder: dead }), "orders")).toMatchObject({
      state: "crashed",
    });
  });
});

describe("whether somebody works on a run", () => {
  const holder = FOREIGN;

  it("is asked of that run, not of its pipeline's newest", async () => {
    const [newer, older] = [run("run-2", "running"), run("run-1", "interrupted")];
    const ports = standing({ runs: [newer, older], holder });
    expect([await isWorkedOn(ports, newer), await isWorkedOn(ports, older)]).toEqual([true, false]);
  });

  it("is no for an older run that crashed, though a newer one goes on", async () => {
    const [newer, crashed] = [run("run-2", "running"), run("run-1", "running")];
    expect(await isWorkedOn(standing({ runs: [newer, crashed], holder }), crashed)).toBe(false);
  });

  it("sees what the run has become since it was found", async () => {
    const found = run("run-1", "running");
    expect(await isWorkedOn(standing({ runs: [run("run-1", "completed")], holder }), found)).toBe(false);
    expect(await isWorkedOn(standing({ runs: [run("run-1", "finalizing")], holder }), found)).toBe(true);
  });
});
