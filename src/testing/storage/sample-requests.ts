/** Requests that the contract suite makes again and again, small and valid. */
import type { JsonObject } from "../../core/json-value.ts";
import type { AppendOutcome, ProposedEvent, Receipt, StoredEvent } from "../../ledger/event.ts";
import type {
  BatchKey,
  Checkpoint,
  Holder,
  LeaseProof,
  RunRow,
  StartRunRequest,
  Storage,
} from "../../storage/port.ts";
import { assert } from "../../core/errors.ts";

export const TENANT = "default";
export const PIPELINE = "orders";
export const LEASE_NAME = "pipeline/default/orders";
export const LEASE_MS = 30_000;

export const HOLDER: Holder = {
  pid: 4711,
  host: "alpha",
  command: "tidemark run orders",
  incarnation: "boot-1/100",
};
export const OTHER_HOLDER: Holder = {
  pid: 4712,
  host: "beta",
  command: "tidemark resume orders",
  incarnation: "boot-2/7",
};

export function sampleEvent(entity: string, payload: JsonObject = {}): ProposedEvent {
  return { entity, kind: "order.placed", payload };
}

/** The receipt of an append that must succeed. */
export function receiptOf(outcome: AppendOutcome): Receipt {
  assert(outcome.kind === "appended", `the append succeeds, and is not a ${outcome.kind}`);
  return outcome.receipt;
}

export async function acquire(storage: Storage, holder: Holder = HOLDER): Promise<LeaseProof> {
  const outcome = await storage.acquireLease({ name: LEASE_NAME, holder, ttlMs: LEASE_MS });
  assert(outcome.kind === "acquired", "the lease is free");
  return { name: outcome.lease.name, token: outcome.lease.token };
}

export function sampleStart(
  lease: LeaseProof,
  runId: string,
  overrides: Partial<StartRunRequest> = {},
): StartRunRequest {
  return {
    lease,
    tenant: TENANT,
    runId,
    pipeline: PIPELINE,
    rootRunId: null,
    planHash: "00".repeat(32),
    plan: { source: "orders", chunks: 2 },
    bounds: [
      { from: 1, to: 10 },
      { from: 11, to: 20 },
    ],
    startedAtMs: 1_800_000_000_000,
    events: [{ entity: `run/${runId}`, kind: "run.planned", payload: {} }],
    ...overrides,
  };
}

export async function startSample(
  storage: Storage,
  lease: LeaseProof,
  runId: string,
  overrides: Partial<StartRunRequest> = {},
): Promise<RunRow> {
  const outcome = await storage.startRun(sampleStart(lease, runId, overrides));
  assert(outcome.kind === "started", `the run starts, and is not ${outcome.kind}`);
  return outcome.run;
}

export function batchKey(lease: LeaseProof, rootRunId: string, index: number): BatchKey {
  return { lease, tenant: TENANT, rootRunId, index };
}

export function sampleCheckpoint(sequence: number): Checkpoint {
  return {
    pipeline: PIPELINE,
    stage: "sink",
    sequence,
    watermark: { offset: sequence * 10 },
    idempotencyKey: `chunk-${sequence}`,
    atMs: 1_800_000_000_000 + sequence,
  };
}

export async function claim(storage: Storage, key: BatchKey): Promise<number> {
  const outcome = await storage.claimBatch({ ...key, events: [] });
  assert(outcome.kind === "claimed", `the batch is claimed, and is not ${outcome.kind}`);
  return outcome.attempt;
}

/** Claims and completes one batch. */
export async function completeSample(storage: Storage, key: BatchKey): Promise<void> {
  const attempt = await claim(storage, key);
  const outcome = await storage.completeBatch({
    ...key,
    attempt,
    result: { rows: 10 },
    checkpoint: sampleCheckpoint(key.index),
    events: [],
  });
  assert(outcome.kind === "completed", `the batch completes, and is not ${outcome.kind}`);
}

/** Every event there is. */
export async function readAll(storage: Storage): Promise<readonly StoredEvent[]> {
  return storage.readPositions({ fromPosition: 1, limit: 1_000_000 });
}

export async function readRunEvents(storage: Storage, runId: string): Promise<readonly StoredEvent[]> {
  return storage.readEntity({ tenant: TENANT, entity: `run/${runId}`, fromVersion: 1, limit: 1_000 });
}
