/** Makes the receipt of what the storage thread answered to an append; a fresh one comes as a flat tuple. */
import type { AppendedEvent, AppendOutcome } from "../../ledger/event.ts";
import type { PreparedAppend } from "../../ledger/prepare-append.ts";
import type { AppendResult, FreshAppend } from "./operations/append-events.ts";

const HEAD_MEMBERS = 4;

/** `durablePosition`: that of the group which was committed. */
export function toAppendOutcome(
  append: PreparedAppend,
  result: AppendResult,
  durablePosition: number,
): AppendOutcome {
  if (isFresh(result)) return fresh(append, result, durablePosition);
  if (result.kind === "conflict") return result;
  const { receipt } = result;
  const stored = receipt.durablePosition;
  return {
    kind: "appended",
    receipt: { ...receipt, durablePosition: stored === 0 ? durablePosition : stored },
  };
}

function fresh(append: PreparedAppend, result: FreshAppend, durablePosition: number): AppendOutcome {
  const [firstPosition, wallMs, counter, keptUntilMs] = result as readonly [
    number,
    number,
    number,
    number | null,
  ];
  const events = append.events.map(
    ({ eventId, entity }, index): AppendedEvent => ({
      eventId,
      entity,
      version: result[HEAD_MEMBERS + index * 2] as number,
      position: firstPosition + index,
      hash: result[HEAD_MEMBERS + index * 2 + 1] as string,
    }),
  );
  const at = { wallMs, counter };
  return { kind: "appended", receipt: { events, at, durablePosition, duplicate: false, keptUntilMs } };
}

function isFresh(result: AppendResult): result is FreshAppend {
  return Array.isArray(result);
}
