/**
 * From "every chunk is committed" to "done": the manifest is stored with `run.finalizing`, the sink publishes it, the
 * output is validated, and the run is completed with its cursor, in one storage operation. Each step is idempotent: a
 * resume after a crash anywhere in here comes back to this file and goes through it again with the same manifest.
 */
import { type Manifest, parseManifest, renderManifest } from "../../connectors/manifest.ts";
import type { VerifyFinding } from "../../connectors/sink-port.ts";
import { assert, TidemarkError } from "../../core/errors.ts";
import { faultPoint } from "../../core/fault-point.ts";
import { sha256Hex } from "../../core/sha256.ts";
import { sweepQuarantine } from "../execution/sweep-quarantine.ts";
import type { JournalEvent } from "../journal-events.ts";
import { buildManifest } from "./build-manifest.ts";
import type { ChunkResults } from "./run-chunks.ts";
import { assertLease, journalEvent, type RunContext } from "./run-context.ts";
import { assertBalanced } from "./tally.ts";

/** Publishes what the chain committed and returns the manifest that now stands. */
export async function finalizeRun(context: RunContext, results: ChunkResults): Promise<Manifest> {
  const manifestText = context.run.manifestText ?? (await storeManifest(context, results));
  faultPoint("run.afterFinalizing");
  const manifest = parseManifest(manifestText);
  assert(manifest !== undefined, "a stored manifest is one of ours");
  await publish(context, manifest, manifestText, results);
  faultPoint("run.afterPublish");
  sweepQuarantine(context.ports.quarantineFolder, manifest.rootRunId, results.values());
  await validate(context, manifest, manifestText);
  return manifest;
}

async function storeManifest(context: RunContext, results: ChunkResults): Promise<string> {
  const previous = await context.ports.sink.standingManifest();
  const manifest = buildManifest(context, { results, previous });
  assertBalanced(context.plan.pipeline, manifest.totals);
  const manifestText = renderManifest(manifest);
  const event: JournalEvent = {
    kind: "run.finalizing",
    payload: {
      manifestHash: sha256Hex(manifestText),
      parts: manifest.parts.length,
      rows: manifest.totals.written,
    },
  };
  faultPoint("run.beforeFinalizing");
  const { tenant, lease, run } = context;
  const events = [journalEvent(run.runId, event)];
  const outcome = await context.ports.storage.finalizeRun({
    lease,
    tenant,
    runId: run.runId,
    manifestText,
    events,
  });
  assertLease(`pipeline ${context.plan.pipeline}`, outcome);
  assert(outcome.kind === "finalizing", "a run is finalized when all its chunks are committed");
  return manifestText;
}

async function publish(
  context: RunContext,
  manifest: Manifest,
  manifestText: string,
  results: ChunkResults,
): Promise<void> {
  context.ports.observer.onPhase("publishing");
  const warnings = await context.ports.sink.publish({
    pipeline: manifest.pipeline,
    runId: manifest.runId,
    rootRunId: manifest.rootRunId,
    parts: [...results].toSorted(([a], [b]) => a - b).flatMap(([, result]) => result.parts),
    manifestText,
    assertHeld: context.assertHeld,
  });
  for (const warning of warnings) context.ports.observer.onWarning(`${warning.context}: ${warning.message}`);
  await record(
    context,
    warnings.map((payload): JournalEvent => ({ kind: "warning.raised", payload: { ...payload } })),
  );
}

async function validate(context: RunContext, manifest: Manifest, manifestText: string): Promise<void> {
  if (!context.definition.validate) return;
  context.ports.observer.onPhase("validating");
  const findings = await context.ports.sink.verify({
    manifest,
    manifestText,
    deep: false,
    onProgress: () => undefined,
  });
  const failures = findings.map(describeFinding);
  await record(context, [
    {
      kind: "output.validated",
      payload: {
        passed: failures.length === 0,
        files: manifest.parts.length,
        failures: failures.slice(0, 20),
      },
    },
  ]);
  const [first] = findings;
  if (first !== undefined)
    throw new TidemarkError("VALIDATE_FAILED", { path: first.path, reason: first.reason });
}

function describeFinding({ path, column, reason }: VerifyFinding): string {
  return column === null ? `${path}: ${reason}` : `${path}, column ${column}: ${reason}`;
}

async function record(context: RunContext, events: readonly JournalEvent[]): Promise<void> {
  if (events.length === 0) return;
  const { tenant, lease, run } = context;
  const outcome = await context.ports.storage.recordRunEvents({
    tenant,
    lease,
    events: events.map((event) => journalEvent(run.runId, event)),
  });
  assertLease(`pipeline ${context.plan.pipeline}`, outcome);
}
