/**
 * A pipeline is worked on by one process at a time. The lease is taken before planning, extended while the run goes on,
 * and released at the end; a holder that is known to be dead (same host, process gone) is replaced at once, any other
 * when its time is up.
 */
import type { Clock } from "../../core/clock.ts";
import { TidemarkError } from "../../core/errors.ts";
import { formatDuration } from "../../core/format-quantity.ts";
import { currentHolder, isHolderDead } from "../../core/process-identity.ts";
import type { Lease, LeaseProof, Storage } from "../../storage/port.ts";
import { assertLease } from "./run-context.ts";

/** Longer than anything that keeps the main thread busy; a dead holder on the same host is replaced without waiting. */
const LEASE_TTL_MS = 60_000;
const EXTEND_EVERY_MS = 10_000;
/** After an extension that failed: the storage may be back at once. */
const EXTEND_AGAIN_MS = 1_000;

export interface PipelineLease {
  readonly proof: LeaseProof;
  /** aborted when an extension found that somebody else holds the pipeline */
  readonly lost: AbortSignal;
  /** Makes sure, by a storage operation, that the lease is still ours, and extends it; throws LEASE_LOST. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

export function pipelineLeaseName(tenant: string, pipeline: string): string {
  return `pipeline:${escapeKeyPart(tenant)}:${escapeKeyPart(pipeline)}`;
}

/** Throws LEASE_HELD naming who holds the pipeline and since when. */
export async function takePipelineLease(
  storage: Storage,
  clock: Clock,
  name: string,
  command: string,
): Promise<PipelineLease> {
  const holder = currentHolder(command);
  let outcome = await storage.acquireLease({ name, holder, ttlMs: LEASE_TTL_MS });
  if (outcome.kind === "held" && isHolderDead(outcome.lease.holder)) {
    outcome = await storage.acquireLease({
      name,
      holder,
      ttlMs: LEASE_TTL_MS,
      takeOverToken: outcome.lease.token,
    });
  }
  if (outcome.kind === "held") throw heldError(name, outcome.lease);
  const proof: LeaseProof = { name, token: outcome.lease.token };
  const lost = new AbortController();
  const stop = keepExtending({ storage, clock, proof, lost });
  return {
    proof,
    lost: lost.signal,
    assertHeld: async () => {
      assertLease(describeLease(name), await storage.extendLease({ proof, ttlMs: LEASE_TTL_MS }));
    },
    release: async () => {
      await stop();
      await storage.releaseLease(proof);
    },
  };
}

/** For people: `pipeline orders`. */
function describeLease(name: string): string {
  return `pipeline ${name.split(":").at(-1) ?? name}`;
}

function heldError(name: string, lease: Lease): TidemarkError {
  const { pid, host, command } = lease.holder;
  const what = describeLease(name);
  const since = new Date(lease.sinceMs).toISOString();
  return new TidemarkError("LEASE_HELD", {
    what,
    pid,
    host,
    command,
    since,
    expiresIn: formatDuration(LEASE_TTL_MS),
  });
}

interface Extending {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly proof: LeaseProof;
  readonly lost: AbortController;
}

/** A failing extension is tried again: the lease outlives several. Ends when the lease is lost or released. */
function keepExtending({ storage, clock, proof, lost }: Extending): () => Promise<void> {
  const stopped = new AbortController();
  const extend = async (): Promise<number> => {
    try {
      const outcome = await storage.extendLease({ proof, ttlMs: LEASE_TTL_MS });
      if (outcome.kind === "lostLease") lost.abort();
      return EXTEND_EVERY_MS;
    } catch {
      return EXTEND_AGAIN_MS;
    }
  };
  const loop = async (): Promise<void> => {
    let waitMs = EXTEND_EVERY_MS;
    while (!lost.signal.aborted) {
      await clock.sleep(waitMs, stopped.signal);
      waitMs = await extend();
    }
  };
  const done = loop().catch(() => undefined);
  return async () => {
    stopped.abort();
    await done;
  };
}

function escapeKeyPart(text: string): string {
  return text.replaceAll(/[\\:]/g, (character) => `\\${character}`);
}
