/**
 * Appends events to one or several entities, all or nothing. The idempotency key is looked at before the expectations, so
 * that a repeat gets its receipt although the entity has moved on. Keys are remembered for 400 days.
 *
 * A fresh append answers with a flat tuple, as there are many; the caller's side makes the receipt of it.
 */
import { TidemarkError } from "../../../core/errors.ts";
import type { AppendedEvent, Expectation, Receipt } from "../../../ledger/event.ts";
import type { PreparedAppend } from "../../../ledger/prepare-append.ts";
import { keyOf, type StagedKey } from "../group-stage.ts";
import type { WriteScope } from "../write-scope.ts";

const KEY_KEPT_MS = 400 * 86_400_000;

/** First position, wall part and counter of the last event's time, kept-until; then version and hash of each event. */
export type FreshAppend = readonly (number | string | null)[];

export type AppendResult =
  | FreshAppend
  /** `durablePosition` is 0 when the first use is of the same group: then it is the group's */
  | { readonly kind: "duplicate"; readonly receipt: Receipt }
  | {
      readonly kind: "conflict";
      readonly entity: string;
      readonly expected: Expectation;
      readonly actual: number;
    };

export function appendEvents(scope: WriteScope, append: PreparedAppend): AppendResult {
  const earlier = findEarlier(scope, append);
  if (earlier !== undefined) return earlier;
  for (const [entity, expected] of append.expect) {
    const actual = scope.stage.versionOf(append.tenant, entity);
    if (!holds(expected, actual)) return { kind: "conflict", entity, expected, actual };
  }
  return write(scope, append);
}

function write(scope: WriteScope, append: PreparedAppend): FreshAppend {
  const { stage, reading } = scope;
  const { tenant, events, idempotencyKey: key, bodyHash } = append;
  const firstPosition = stage.position + 1;
  const keptUntilMs = key === null ? null : reading.wallMs + KEY_KEPT_MS;
  const result: (number | string | null)[] = [firstPosition, 0, 0, keptUntilMs];
  for (const event of events) {
    const head = stage.append(tenant, event, reading);
    result.push(head.version, head.hash);
  }
  result[1] = stage.at.wallMs;
  result[2] = stage.at.counter;
  if (key !== null && bodyHash !== null && keptUntilMs !== null) {
    const eventCount = events.length;
    stage.keys.set(keyOf(tenant, key), { tenant, key, bodyHash, firstPosition, eventCount, keptUntilMs });
  }
  return result;
}

function holds(expected: Expectation, actual: number): boolean {
  if (expected === "any") return true;
  if (expected === "noStream") return actual === 0;
  if (expected === "streamExists") return actual > 0;
  return actual === expected;
}

interface EarlierUse extends StagedKey {
  readonly durablePosition: number;
}

function findEarlier(scope: WriteScope, append: PreparedAppend): AppendResult | undefined {
  const { tenant, idempotencyKey: key } = append;
  if (key === null) return undefined;
  const staged = scope.stage.keys.get(keyOf(tenant, key));
  const earlier = staged === undefined ? readEarlier(scope, tenant, key) : { ...staged, durablePosition: 0 };
  if (earlier === undefined || earlier.keptUntilMs <= scope.reading.wallMs) return undefined;
  if (earlier.bodyHash !== append.bodyHash)
    throw new TidemarkError("LEDGER_IDEMPOTENCY_MISMATCH", { key, position: earlier.firstPosition });
  if (staged !== undefined) scope.stage.flush();
  return { kind: "duplicate", receipt: readReceipt(scope, earlier) };
}

function readEarlier(scope: WriteScope, tenant: string, key: string): EarlierUse | undefined {
  const row = scope.connection.row<readonly [string, number, number, number, number]>(
    "SELECT lower(hex(body_hash)), first_position, event_count, durable_position, kept_until_ms" +
      " FROM idempotency_keys WHERE tenant = ? AND key = ?",
    tenant,
    key,
  );
  if (row === undefined) return undefined;
  const [bodyHash, firstPosition, eventCount, durablePosition, keptUntilMs] = row;
  return { tenant, key, bodyHash, firstPosition, eventCount, durablePosition, keptUntilMs };
}

/** The receipt as it was given: all it says stands in the events. */
function readReceipt(scope: WriteScope, use: EarlierUse): Receipt {
  const rows = scope.connection.rows<readonly [number, string, string, number, string, number, number]>(
    "SELECT position, event_id, entity, version, lower(hex(hash)), at_wall_ms, at_counter FROM events" +
      " WHERE position >= ? AND position < ? ORDER BY position",
    use.firstPosition,
    use.firstPosition + use.eventCount,
  );
  const events = rows.map(
    ([position, eventId, entity, version, hash]): AppendedEvent => ({
      eventId,
      entity,
      version,
      position,
      hash,
    }),
  );
  const last = rows.at(-1);
  return {
    events,
    at: { wallMs: last?.[5] ?? 0, counter: last?.[6] ?? 0 },
    durablePosition: use.durablePosition,
    duplicate: true,
    keptUntilMs: use.keptUntilMs,
  };
}
