/** "What was the outcome?" in lines. */
import { formatBytes, formatCount } from "../../core/format-quantity.ts";
import type { RunCompleted } from "../../pipeline/journal-events.ts";
import { counted, describeEvent } from "./describe-event.ts";
import type { Journal } from "./journal.ts";
import { finalizing, finalOutcome, isOpen, reconciliation, validation } from "./journal-questions.ts";
import { plainText } from "./plain-text.ts";
import { formatInstant } from "./render-entry.ts";
import { shortened } from "./shorten-list.ts";

export function outcomeLines(journal: Journal): readonly string[] {
  const outcome = finalOutcome(journal);
  const open = isOpen(journal) ? ["not ended: the newest run is under way, or it died"] : [];
  if (outcome === undefined) return open.length === 0 ? ["none is recorded"] : open;
  const fixed = finalizing(journal);
  const checked = validation(journal);
  const reconciled = reconciliation(journal);
  return [
    ...open,
    `${open.length === 0 ? "" : "before: "}${plainText(describeEvent({ kind: "run.completed", payload: outcome }))}`,
    ...balanceLines(outcome),
    ...(fixed === undefined
      ? []
      : [`manifest: ${describeEvent({ kind: "run.finalizing", payload: fixed })}`]),
    ...(checked === undefined
      ? ["not validated"]
      : [`validated: ${plainText(describeEvent({ kind: "output.validated", payload: checked }))}`]),
    ...(reconciled === undefined
      ? []
      : [`reconciled: ${describeEvent({ kind: "source.reconciled", payload: reconciled })}`]),
  ];
}

function balanceLines(outcome: RunCompleted): readonly string[] {
  const { read, written, quarantined: refused, filtered, snapshots, consistency } = outcome;
  const balance = `${formatCount(read)} read = ${formatCount(written)} written + ${formatCount(refused)} quarantined + ${formatCount(filtered)} filtered`;
  const seen =
    consistency === "snapshot"
      ? "one snapshot"
      : `${counted(snapshots.length, "snapshot")}, consistent per chunk`;
  return [
    balance,
    `${counted(outcome.files, "file")}, ${formatBytes(outcome.bytes)}, from ${seen}`,
    ...shortened(consistency === "snapshot" ? [] : snapshots, ({ takenAtMs, chunks }) => {
      return `snapshot of ${formatInstant(takenAtMs)}: ${counted(chunks, "chunk")}`;
    }),
  ];
}
