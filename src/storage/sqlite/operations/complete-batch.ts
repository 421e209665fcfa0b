/**
 * Commits a batch: result, checkpoint and events, or nothing when another attempt has the batch by now. Asked again after
 * an answer that got lost, it says what happened and writes nothing.
 */
import type { PreparedEvent } from "../../../ledger/prepare-append.ts";
import type { BatchKey, Checkpoint, CompleteBatchOutcome } from "../../port.ts";
import { appendChangeEvents, type WriteScope } from "../write-scope.ts";
import { getBatchState } from "./batch-rows.ts";
import { findLostLease } from "./lease-rows.ts";

/** `result` and the watermark as canonical text. */
export interface CompleteBatch extends BatchKey {
  readonly attempt: number;
  readonly resultText: string;
  readonly checkpoint: Omit<Checkpoint, "watermark">;
  readonly watermarkText: string;
  readonly events: readonly PreparedEvent[];
}

export function completeBatch(scope: WriteScope, request: CompleteBatch): CompleteBatchOutcome {
  const { connection } = scope;
  const { tenant, rootRunId, index } = request;
  const lost = findLostLease(connection, request.lease);
  if (lost !== undefined) return lost;
  const { status, attempt } = getBatchState(connection, request);
  if (status === "completed" && attempt === request.attempt && hasResult(scope, request))
    return { kind: "completed" };
  if (status !== "claimed" || attempt !== request.attempt) return { kind: "staleAttempt", attempt, status };
  connection.run(
    "UPDATE batches SET status = 'completed', result = ? WHERE tenant = ? AND root_run_id = ? AND batch_index = ?",
    request.resultText,
    tenant,
    rootRunId,
    index,
  );
  writeCheckpoint(scope, request);
  appendChangeEvents(scope, tenant, request.events);
  return { kind: "completed" };
}

function hasResult(scope: WriteScope, { tenant, rootRunId, index, resultText }: CompleteBatch): boolean {
  const row = scope.connection.row<readonly [string | null]>(
    "SELECT result FROM batches WHERE tenant = ? AND root_run_id = ? AND batch_index = ?",
    tenant,
    rootRunId,
    index,
  );
  return row?.[0] === resultText;
}

function writeCheckpoint(scope: WriteScope, { tenant, checkpoint, watermarkText }: CompleteBatch): void {
  scope.connection.run(
    "INSERT OR REPLACE INTO checkpoints (tenant, pipeline, stage, sequence, watermark, idempotency_key, at_ms)" +
      " VALUES (?, ?, ?, ?, ?, ?, ?)",
    tenant,
    checkpoint.pipeline,
    checkpoint.stage,
    checkpoint.sequence,
    watermarkText,
    checkpoint.idempotencyKey,
    checkpoint.atMs,
  );
}
