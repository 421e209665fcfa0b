/** "What degraded?" in lines. */
import type { RecordsQuarantined } from "../../pipeline/journal-events.ts";
import { counted, describeEvent, describeRules } from "./describe-event.ts";
import type { Journal } from "./journal.ts";
import {
  finalOutcome,
  parallelismChanges,
  planSnapshot,
  qualityIssues,
  quarantined,
  schemaChanges,
  warnings,
} from "./journal-questions.ts";
import { shortened, titled } from "./shorten-list.ts";

export function degradedLines(journal: Journal): readonly string[] {
  const lines = [
    ...consistencyLines(journal),
    ...quarantinedLines(quarantined(journal)),
    ...titled(qualityIssues(journal), "failed quality check", (payload) =>
      describeEvent({ kind: "quality.failed", payload }),
    ),
    ...titled(schemaChanges(journal), "schema change", (payload) =>
      describeEvent({ kind: "schema.changed", payload }),
    ),
    ...titled(warnings(journal), "warning", ({ level, about, message }) =>
      level === "degraded" ? `degraded, ${about}: ${message}` : `${about}: ${message}`,
    ),
    ...titled(parallelismChanges(journal), "reader change", (payload) =>
      describeEvent({ kind: "parallelism.adjusted", payload }),
    ),
  ];
  return lines.length === 0 ? ["nothing"] : lines;
}

/** One snapshot was planned, and more were needed: after a crash, or because the first became too old. */
function consistencyLines(journal: Journal): readonly string[] {
  const outcome = finalOutcome(journal);
  if (planSnapshot(journal)?.consistency !== "snapshot" || outcome?.consistency !== "perChunk") return [];
  return [
    `consistent per chunk where one snapshot was planned: ${counted(outcome.snapshots.length, "snapshot")}`,
  ];
}

function quarantinedLines(all: readonly RecordsQuarantined[]): readonly string[] {
  if (all.length === 0) return [];
  const count = all.reduce((total, one) => total + one.count, 0);
  const kept = all.flatMap((one) => (one.file === null ? [] : [one.file]));
  const samples = all.flatMap((one) => one.samples.map((sample) => ({ chunk: one.chunk, ...sample })));
  return [
    `${counted(count, "row")} in quarantine`,
    ...shortened(
      all,
      (one) => `chunk ${one.chunk}: ${counted(one.count, "row")} (${describeRules(one.rules)})`,
    ),
    ...shortened(kept, (file) => `kept in ${file}`),
    ...shortened(samples, ({ chunk, row, column, rule, valueHash }) => {
      const where = column === null ? "" : `, column ${column}`;
      return `for example chunk ${chunk}, row ${row}${where}: ${rule}, value #${valueHash}`;
    }),
  ];
}
