/** "What degraded?" in lines. */
import type { RecordsQuarantined } from "../../pipeline/journal-events.ts";
import { counted, describeEvent, describeRules } from "./describe-event.ts";
import type { Journal } from "./journal.ts";
import {
  parallelismChanges,
  qualityIssues,
  quarantined,
  schemaChanges,
  warnings,
} from "./journal-questions.ts";
import { shortened, titled } from "./shorten-list.ts";

export function degradedLines(journal: Journal): readonly string[] {
  const lines = [
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
