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

const LEASE_TTL_MS = 30_000;
const EXTEND_EVERY_MS = 8_000;

export interface PipelineLease {
  readonly proof: LeaseProof;
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
  const stop = keepExtending(storage, clock, proof);
  return {
    proof,
    release: async () => {
      await stop();
      await storage.releaseLease(proof);
    },
  };
}

function heldError(name: string, lease: Lease): TidemarkError {
  const { pid, host, command } = lease.holder;
  const what = `pipeline ${name.split(":").at(-1) ?? name}`;
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

/** A lost lease is noticed by the next storage operation of the run, which is refused: nothing to do here. */
function keepExtending(storage: Storage, clock: Clock, proof: LeaseProof): () => Promise<void> {
  const stopped = new AbortController();
  const loop = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await clock.sleep(EXTEND_EVERY_MS, stopped.signal);
      await storage.extendLease({ proof, ttlMs: LEASE_TTL_MS });
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
