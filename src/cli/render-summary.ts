/** The summary of a run, for people and as JSON. */
import { relative } from "node:path";
import { formatBytes, formatCount, formatDuration } from "../core/format-quantity.ts";
import type { JsonObject } from "../core/json-value.ts";
import type { RunSummary } from "../pipeline/run/run-pipeline.ts";
import type { Style } from "./terminal.ts";

/** `quarantineFolder`: where the refused rows of this chain lie. */
export function renderSummary(summary: RunSummary, quarantineFolder: string, style: Style): string[] {
  const { run, tally, chunks } = summary;
  const name = `${run.pipeline}/${run.label}`;
  const lines = [`  ${headline(summary, style)}`];
  if (tally.quarantined > 0) {
    const rows = tally.quarantined === 1 ? "1 row" : `${formatCount(tally.quarantined)} rows`;
    lines.push(
      `  ${style.warn("!")} ${rows} in quarantine: ${shownPath(quarantineFolder)}`,
      `    rules and samples: tidemark journal ${name}`,
    );
  }
  if (summary.status === "interrupted") {
    lines.push(
      `  ${chunks.done} of ${chunks.total} chunks are committed   next: tidemark resume ${run.pipeline}`,
    );
  }
  const validate = summary.status === "completed" ? `   validate: tidemark validate ${run.pipeline}` : "";
  lines.push(`  run ${style.bold(name)}  ${style.dim(run.runId)}`);
  lines.push(`  journal: tidemark journal ${name}${validate}`);
  return lines;
}

function headline(
  { status, tally, durationMs, retries, consistency, plan }: RunSummary,
  style: Style,
): string {
  const mark = status === "completed" ? style.ok("✓") : style.warn("‖");
  const facts = [
    ...(status === "completed" ? [] : ["interrupted"]),
    tally.written === 1 ? "1 row" : `${formatCount(tally.written)} rows`,
    ...(tally.files === 0 ? [] : [`${tally.files} ${tally.files === 1 ? "part" : "parts"}`]),
    formatBytes(tally.bytesWritten),
    `${formatDuration(durationMs)} `,
    `peak ${formatBytes(peakBytes())}`,
    `longest chunk ${formatDuration(tally.longestChunkMs)}`,
    consistency === "snapshot" ? "one snapshot" : `consistent per chunk`,
    ...(retries === 0 ? [] : [`${retries} ${retries === 1 ? "retry" : "retries"}`]),
    ...(tally.quarantined === 0 ? [] : [`${formatCount(tally.quarantined)} quarantined`]),
    ...(plan.sink.writeMode === "replace" ? [] : [plan.sink.writeMode]),
  ];
  return `${mark} ${facts.join("  ")}`;
}

export function summaryJson(summary: RunSummary, quarantineFolder: string): JsonObject {
  const { run, tally, plan, manifest } = summary;
  return {
    pipeline: run.pipeline,
    run: `${run.pipeline}/${run.label}`,
    runId: run.runId,
    rootRunId: run.rootRunId,
    status: summary.status,
    planHash: plan.planHash,
    strategy: plan.source.strategy,
    consistency: summary.consistency,
    read: tally.read,
    written: tally.written,
    quarantined: tally.quarantined,
    filtered: tally.filtered,
    bytes: tally.bytesWritten,
    files: tally.files,
    chunks: { ...summary.chunks },
    retries: summary.retries,
    durationMs: summary.durationMs,
    longestChunkMs: tally.longestChunkMs,
    peakBytes: peakBytes(),
    destination: plan.sink.label,
    quarantine: tally.quarantined === 0 ? null : quarantineFolder,
    parts: (manifest?.parts ?? []).map(({ name, rows, bytes, sha256 }) => ({ name, rows, bytes, sha256 })),
  };
}

/** Short where it lies below the folder people stand in. */
function shownPath(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith("..") ? path : below;
}

/** Highest resident size of this process so far; `maxRSS` is in kilobytes. */
function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
