/** Who holds a lease, also one that ran out and that nobody took; nothing when it is free. */
import type { Lease } from "../../port.ts";
import type { SqliteConnection } from "../connection.ts";
import { readLeaseRow } from "./lease-rows.ts";

export function findLease(connection: SqliteConnection, name: string): Lease | undefined {
  const row = readLeaseRow(connection, name);
  return row?.held === true ? row.lease : undefined;
}
