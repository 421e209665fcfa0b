/** Takes a lease that is free, ran out, or has the token the caller names; the token grows with every acquisition. */
import type { AcquireOutcome, Holder, Lease } from "../../port.ts";
import type { WriteScope } from "../write-scope.ts";
import { readLeaseRow } from "./lease-rows.ts";

export interface AcquireLease {
  readonly name: string;
  readonly holder: Holder;
  readonly ttlMs: number;
  readonly takeOverToken?: number;
}

export function acquireLease(scope: WriteScope, request: AcquireLease): AcquireOutcome {
  const { connection, reading } = scope;
  const { name, holder, ttlMs } = request;
  const row = readLeaseRow(connection, name);
  const sinceMs = reading.wallMs;
  if (row?.held === true && row.lease.expiresAtMs > sinceMs && row.lease.token !== request.takeOverToken)
    return { kind: "held", lease: row.lease };
  const token = (row?.lease.token ?? 0) + 1;
  const lease: Lease = { name, token, holder, sinceMs, expiresAtMs: sinceMs + ttlMs };
  connection.run(
    "INSERT OR REPLACE INTO leases (name, token, held, pid, host, command, incarnation, since_ms, expires_at_ms)" +
      " VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?)",
    name,
    token,
    holder.pid,
    holder.host,
    holder.command,
    holder.incarnation,
    sinceMs,
    lease.expiresAtMs,
  );
  return { kind: "acquired", lease };
}
