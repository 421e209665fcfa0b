/** A sign of life: the lease runs out later. It never gets shorter, also when the clock went back. */
import type { DoneOrLost, LeaseProof } from "../../port.ts";
import type { WriteScope } from "../write-scope.ts";
import { findLostLease } from "./lease-rows.ts";

export interface ExtendLease {
  readonly proof: LeaseProof;
  readonly ttlMs: number;
}

export function extendLease(scope: WriteScope, { proof, ttlMs }: ExtendLease): DoneOrLost {
  const { connection, reading } = scope;
  const lost = findLostLease(connection, proof);
  if (lost !== undefined) return lost;
  const expiresAtMs = reading.wallMs + ttlMs;
  connection.run(
    "UPDATE leases SET expires_at_ms = max(expires_at_ms, ?) WHERE name = ?",
    expiresAtMs,
    proof.name,
  );
  return { kind: "done" };
}
