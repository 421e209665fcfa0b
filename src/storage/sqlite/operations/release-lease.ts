/** Gives a lease back; one that is lost is left as it is. The row stays, for its token. */
import type { LeaseProof } from "../../port.ts";
import type { WriteScope } from "../write-scope.ts";

export function releaseLease(scope: WriteScope, proof: LeaseProof): null {
  scope.connection.run("UPDATE leases SET held = 0 WHERE name = ? AND token = ?", proof.name, proof.token);
  return null;
}
