/** "What was planned?" in lines. */
import type { RunPlanned } from "../../pipeline/journal-events.ts";
import { counted } from "./describe-event.ts";
import type { Journal } from "./journal.ts";
import { plans, planSnapshot } from "./journal-questions.ts";
import { plainText } from "./plain-text.ts";
import { formatInstant } from "./render-entry.ts";

export function plannedLines(journal: Journal): readonly string[] {
  const plan = planSnapshot(journal);
  if (plan === undefined) return ["nothing: no run.planned was recorded"];
  const resumed = plans(journal).slice(1);
  return [
    `${plan.pipeline}: ${plainText(plan.query)}`,
    `to ${plainText(plan.destination.label)} (${planFormat(plan)})`,
    `cut by ${plan.strategy}: ${plainText(plan.why)}`,
    `${counted(plan.chunks, "chunk")}${plan.batchSize === null ? "" : ` of about ${counted(plan.batchSize, "row")}`}, ${describeConsistency(plan.consistency)}, profile ${plan.profile}`,
    `validate ${yesNo(plan.validate)}, reconcile ${yesNo(plan.reconcile)}`,
    `plan ${plan.planHash}, run ${plan.runId}`,
    ...resumed.map(({ runId, atMs }) => `resumed at ${formatInstant(atMs)} by run ${runId}`),
  ];
}

function planFormat({ destination, format, compression, writeMode }: RunPlanned): string {
  const words = [destination.kind, format, compression, writeMode];
  return [...new Set(words.filter((word) => word !== "" && word !== "none"))].map(plainText).join(", ");
}

function describeConsistency(consistency: RunPlanned["consistency"]): string {
  return consistency === "snapshot" ? "all from one snapshot" : "consistent per chunk";
}

function yesNo(flag: boolean): string {
  return flag ? "yes" : "no";
}
