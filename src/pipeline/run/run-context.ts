/**
 * What every step of a run needs: who it is, the ports it works through, and the one way to say something in the journal.
 */
import type { Sink } from "../../connectors/sink-port.ts";
import type { Source } from "../../connectors/source-port.ts";
import type { Clock } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import type { ProposedEvent } from "../../ledger/event.ts";
import type { LeaseProof, LostLease, RunRow, Storage } from "../../storage/port.ts";
import { TidemarkError } from "../../core/errors.ts";
import type { PipelineDefinition } from "../definition.ts";
import type { JournalEvent } from "../journal-events.ts";
import type { PipelinePlan } from "../plan/sealed-plan.ts";

/** Told to whoever shows a run to a person; nothing depends on it. */
export interface RunObserver {
  onStarted(run: RunRow, plan: PipelinePlan, chunks: { readonly total: number; readonly done: number }): void;
  onProgress(rows: number, bytes: number): void;
  onChunkDone(done: number, total: number): void;
  onRetry(chunk: number, attempt: number, reason: string): void;
  onPhase(phase: "publishing" | "validating"): void;
  onWarning(message: string): void;
}

export interface RunPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: Storage;
  readonly source: Source;
  readonly sink: Sink;
  readonly observer: RunObserver;
  /** entry file of the data worker threads */
  readonly workerEntry: URL;
  /** folder of this pipeline's quarantine files */
  readonly quarantineFolder: string;
  /** aborted by the first Ctrl-C: finish what is under way, then stop */
  readonly drain: AbortSignal;
}

export interface RunContext {
  readonly tenant: string;
  readonly definition: PipelineDefinition;
  readonly plan: PipelinePlan;
  readonly ports: RunPorts;
  readonly run: RunRow;
  readonly lease: LeaseProof;
  /** Throws LEASE_LOST unless the pipeline is still ours; to be awaited before anything others can see is changed. */
  readonly assertHeld: () => Promise<void>;
  /** aborted when the pipeline was lost to another process */
  readonly lost: AbortSignal;
  /** when the first run of the chain started: fills `{date}` */
  readonly rootStartedAtMs: number;
}

/** The entity of a run's journal. */
export function runEntity(runId: string): string {
  return `run/${runId}`;
}

/** A journal event ready to be appended under the run. */
export function journalEvent(runId: string, event: JournalEvent): ProposedEvent {
  return { entity: runEntity(runId), kind: event.kind, payload: { ...event.payload }, correlationId: runId };
}

/** Throws LEASE_LOST when a storage operation was refused because somebody else holds the pipeline now. */
export function assertLease<T extends { readonly kind: string }>(
  what: string,
  outcome: T | LostLease,
): asserts outcome is Exclude<T, LostLease> {
  if (outcome.kind !== "lostLease") return;
  const holder = (outcome as LostLease).lease?.holder;
  const winner =
    holder === undefined ? "another process, which is done with it" : `pid ${holder.pid} on ${holder.host}`;
  throw new TidemarkError("LEASE_LOST", { what, winner });
}
