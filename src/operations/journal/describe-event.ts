/** The facts of an event that matter to a person, in words; the kind, the time and the run are said by the caller. */
import { formatBytes, formatCount, formatDuration } from "../../core/format-quantity.ts";
import type {
  JournalEvent,
  RecordsQuarantined,
  RunCompleted,
  SchemaChanged,
} from "../../pipeline/journal-events.ts";

export function describeEvent(event: JournalEvent): string {
  switch (event.kind) {
    case "run.planned":
      return `${event.payload.pipeline} to ${event.payload.destination.label}, ${event.payload.strategy}, ${counted(event.payload.chunks, "chunk")}${event.payload.resume ? ", resumed" : ""}`;
    case "plan.warned":
      return `${event.payload.rule}: ${event.payload.message}`;
    case "warning.raised":
      return `${event.payload.context}: ${event.payload.message}`;
    case "chunk.started":
      return `chunk ${event.payload.index}, attempt ${event.payload.attempt}`;
    case "chunk.completed":
      return `chunk ${event.payload.index}, attempt ${event.payload.attempt}: ${counted(event.payload.rows, "row")}, ${formatBytes(event.payload.bytes)}, ${formatDuration(event.payload.durationMs)}`;
    case "chunk.failed":
      return `chunk ${event.payload.index}, attempt ${event.payload.attempt}: ${event.payload.error.code}: ${event.payload.error.message}`;
    case "retry.attempted":
      return `chunk ${event.payload.index}, attempt ${event.payload.attempt} after ${formatDuration(event.payload.backoffMs)}: ${event.payload.reason}`;
    case "file.written":
      return `${event.payload.name}: ${counted(event.payload.rows, "row")}, ${formatBytes(event.payload.bytes)}`;
    case "records.quarantined":
      return `chunk ${event.payload.chunk}: ${counted(event.payload.count, "row")} (${describeRules(event.payload.rules)})`;
    case "quality.failed":
      return `${event.payload.severity} ${event.payload.rule}: ${event.payload.message}`;
    case "schema.changed":
      return describeChange(event.payload);
    case "parallelism.adjusted":
      return `${event.payload.from} to ${event.payload.to} readers: ${event.payload.reason}`;
    case "output.validated":
      return event.payload.passed
        ? `${counted(event.payload.files, "file")} as the manifest says`
        : `FAILED: ${event.payload.failures.join("; ")}`;
    case "source.reconciled":
      return `${event.payload.matched ? "matches" : "DIFFERS"}: ${formatCount(event.payload.sourceCount)} in the source, ${formatCount(event.payload.exportedRows)} exported`;
    case "run.finalizing":
      return `${counted(event.payload.parts, "part")}, ${counted(event.payload.rows, "row")}, manifest ${event.payload.manifestHash}`;
    case "run.completed":
      return describeEnd(event.payload);
  }
}

/** `1 row`, `12 rows`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function describeRules(rules: RecordsQuarantined["rules"]): string {
  return Object.entries(rules)
    .map(([rule, count]) => `${rule} ${formatCount(count)}`)
    .join(", ");
}

function describeChange({ added, removed, changed }: SchemaChanged): string {
  const retyped = changed.map((one) => `${one.column} from ${one.old} to ${one.new}`);
  return [
    ...(added.length === 0 ? [] : [`added ${added.join(", ")}`]),
    ...(removed.length === 0 ? [] : [`removed ${removed.join(", ")}`]),
    ...(retyped.length === 0 ? [] : [`retyped ${retyped.join(", ")}`]),
  ].join("; ");
}

function describeEnd({ status, error, durationMs }: RunCompleted): string {
  const end = `${status} in ${formatDuration(durationMs)}`;
  return error === null ? end : `${end}: ${error.code}: ${error.message}`;
}
