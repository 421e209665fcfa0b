/**
 * Every operation the storage thread knows. Writes run inside a group on the writing connection, reads on a read-only one
 * between groups. The caller's side uses only the types of this table.
 */
import { acquireLease } from "./operations/acquire-lease.ts";
import { appendEvents } from "./operations/append-events.ts";
import { claimBatch } from "./operations/claim-batch.ts";
import { completeBatch } from "./operations/complete-batch.ts";
import { extendLease } from "./operations/extend-lease.ts";
import { failBatch } from "./operations/fail-batch.ts";
import { finalizeRun } from "./operations/finalize-run.ts";
import { findLease } from "./operations/find-lease.ts";
import { finishRun } from "./operations/finish-run.ts";
import { listBatches } from "./operations/list-batches.ts";
import { listCheckpoints } from "./operations/list-checkpoints.ts";
import { listRootRunIds } from "./operations/list-root-run-ids.ts";
import { listRuns } from "./operations/list-runs.ts";
import { durablePosition, readEntity, readPositions } from "./operations/read-events.ts";
import { recordRunEvents } from "./operations/record-run-events.ts";
import { releaseLease } from "./operations/release-lease.ts";
import { resetCheckpoints } from "./operations/reset-checkpoints.ts";
import { readRun } from "./operations/run-rows.ts";
import { startRun } from "./operations/start-run.ts";
import type { SqliteConnection } from "./connection.ts";
import type { WriteScope } from "./write-scope.ts";

export interface WriteOperations {
  readonly appendEvents: typeof appendEvents;
  readonly acquireLease: typeof acquireLease;
  readonly extendLease: typeof extendLease;
  readonly releaseLease: typeof releaseLease;
  readonly startRun: typeof startRun;
  readonly claimBatch: typeof claimBatch;
  readonly completeBatch: typeof completeBatch;
  readonly failBatch: typeof failBatch;
  readonly finalizeRun: typeof finalizeRun;
  readonly finishRun: typeof finishRun;
  readonly recordRunEvents: typeof recordRunEvents;
  readonly resetCheckpoints: typeof resetCheckpoints;
}

export interface ReadOperations {
  readonly findLease: typeof findLease;
  readonly findRun: typeof readRun;
  readonly listRuns: typeof listRuns;
  readonly listRootRunIds: typeof listRootRunIds;
  readonly listBatches: typeof listBatches;
  readonly listCheckpoints: typeof listCheckpoints;
  readonly readEntity: typeof readEntity;
  readonly readPositions: typeof readPositions;
  readonly durablePosition: typeof durablePosition;
}

export type WriteName = keyof WriteOperations;
export type ReadName = keyof ReadOperations;
export type WriteRequest<Name extends WriteName> = Parameters<WriteOperations[Name]>[1];
export type WriteResult<Name extends WriteName> = ReturnType<WriteOperations[Name]>;
export type ReadArguments<Name extends ReadName> =
  Parameters<ReadOperations[Name]> extends [SqliteConnection, ...infer Rest] ? Rest : never;
export type ReadResult<Name extends ReadName> = ReturnType<ReadOperations[Name]>;

const WRITES: WriteOperations = {
  appendEvents,
  acquireLease,
  extendLease,
  releaseLease,
  startRun,
  claimBatch,
  completeBatch,
  failBatch,
  finalizeRun,
  finishRun,
  recordRunEvents,
  resetCheckpoints,
};

const READS: ReadOperations = {
  findLease,
  findRun: readRun,
  listRuns,
  listRootRunIds,
  listBatches,
  listCheckpoints,
  readEntity,
  readPositions,
  durablePosition,
};

/** The request's type is that of the operation: both come from the typed caller of this process. */
export function runWrite(scope: WriteScope, name: WriteName, request: unknown): unknown {
  const operation = WRITES[name] as (scope: WriteScope, request: unknown) => unknown;
  return operation(scope, request);
}

export function runRead(connection: SqliteConnection, name: ReadName, values: readonly unknown[]): unknown {
  const operation = READS[name] as (connection: SqliteConnection, ...values: readonly unknown[]) => unknown;
  return operation(connection, ...values);
}
