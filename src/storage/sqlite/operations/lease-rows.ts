/**
 * The leases table. A row is made at the first acquisition of a name and stays for ever, because its token must never
 * repeat; `held` is 0 once it was released.
 */
import type { Lease, LeaseProof, LostLease } from "../../port.ts";
import type { SqliteConnection } from "../connection.ts";

export interface LeaseRow {
  readonly lease: Lease;
  readonly held: boolean;
}

type Columns = readonly [number, number, number, string, string, string, number, number];

export function readLeaseRow(connection: SqliteConnection, name: string): LeaseRow | undefined {
  const row = connection.row<Columns>(
    "SELECT token, held, pid, host, command, incarnation, since_ms, expires_at_ms FROM leases WHERE name = ?",
    name,
  );
  if (row === undefined) return undefined;
  const [token, held, pid, host, command, incarnation, sinceMs, expiresAtMs] = row;
  const holder = { pid, host, command, incarnation };
  return { lease: { name, token, holder, sinceMs, expiresAtMs }, held: held === 1 };
}

/**
 * Undefined when `proof` names the lease of today; a lease that ran out but that nobody took still counts, as the token
 * fences. Every operation done under a lease begins with this.
 */
export function findLostLease(connection: SqliteConnection, proof: LeaseProof): LostLease | undefined {
  const row = readLeaseRow(connection, proof.name);
  if (row?.held === true && row.lease.token === proof.token) return undefined;
  return { kind: "lostLease", lease: row?.held === true ? row.lease : null };
}
