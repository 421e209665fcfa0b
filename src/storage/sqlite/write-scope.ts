/**
 * What a writing operation sees while it runs inside a group: the connection within its transaction and savepoint, the
 * stage of the ledger, and the clock readings taken when it was asked for. An operation decides before it writes: once it
 * has written it must not refuse.
 */
import type { ClockReading } from "../../ledger/hybrid-clock.ts";
import type { PreparedEvent } from "../../ledger/prepare-append.ts";
import type { SqliteConnection } from "./connection.ts";
import type { GroupStage } from "./group-stage.ts";

export interface WriteScope {
  readonly connection: SqliteConnection;
  readonly stage: GroupStage;
  readonly reading: ClockReading;
}

/** Appends the events that belong to a change. */
export function appendChangeEvents(
  scope: WriteScope,
  tenant: string,
  events: readonly PreparedEvent[],
): void {
  for (const event of events) scope.stage.append(tenant, event, scope.reading);
}
