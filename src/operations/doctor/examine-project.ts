/**
 * Looks at everything a run will need, before it needs it: state folder, disk space, clock, each source and each
 * destination. Every line says ok, warn or fail, what was found, and how to mend it. Writes only probes it removes.
 */
import { statfsSync } from "node:fs";
import type { Sink } from "../../connectors/sink-port.ts";
import type { Source } from "../../connectors/source-port.ts";
import type { Clock } from "../../core/clock.ts";
import { causesOf, toTidemarkError } from "../../core/errors.ts";
import { formatBytes, formatCount, formatDuration } from "../../core/format-quantity.ts";
import type { PipelineDefinition, ProjectDefinition } from "../../pipeline/definition.ts";
import { planPipeline } from "../../pipeline/plan/plan-pipeline.ts";
import type { PipelinePlan } from "../../pipeline/plan/sealed-plan.ts";
import type { Storage } from "../../storage/port.ts";

export type Verdict = "ok" | "warn" | "fail";

export interface Finding {
  /** `state`, or the pipeline's name */
  readonly area: string;
  readonly check: string;
  readonly verdict: Verdict;
  readonly detail: string;
  /** how to mend it; empty when ok */
  readonly fix: string;
}

export interface DoctorPorts {
  readonly clock: Clock;
  readonly storage: Storage;
  readonly tenant: string;
  readonly project: ProjectDefinition;
  readonly openSource: (definition: PipelineDefinition) => Source;
  readonly openSink: (definition: PipelineDefinition) => Sink;
}

/** Below this a run is likely to end with a full disk. */
const LOW_SPACE_BYTES = 1 << 30;
/** A clock this far behind the newest event was set back. */
const CLOCK_BEHIND_WARN_MS = 60_000;

export async function examineProject(ports: DoctorPorts): Promise<readonly Finding[]> {
  const findings: Finding[] = [...(await examineState(ports))];
  for (const definition of Object.values(ports.project.pipelines)) {
    findings.push(...(await examinePipeline(ports, definition)));
  }
  return findings;
}

async function examineState(ports: DoctorPorts): Promise<Finding[]> {
  const position = await ports.storage.durablePosition();
  const log = await ports.storage.logBytes();
  const opened = `${ports.project.state}: ledger ${ports.storage.ledgerId}, ${formatCount(position)} events, log ${formatBytes(log)}`;
  return [
    { area: "state", check: "folder", verdict: "ok", detail: opened, fix: "" },
    examineSpace("state", ports.project.state),
    await examineClock(ports, position),
  ];
}

function examineSpace(area: string, path: string): Finding {
  const { bavail, bsize } = statfsSync(path);
  const free = bavail * bsize;
  const detail = `${formatBytes(free)} free at ${path}`;
  if (free >= LOW_SPACE_BYTES) return { area, check: "disk space", verdict: "ok", detail, fix: "" };
  return { area, check: "disk space", verdict: "warn", detail, fix: "free some space before a large run" };
}

async function examineClock({ clock, storage }: DoctorPorts, position: number): Promise<Finding> {
  const [newest] = position === 0 ? [] : await storage.readPositions({ fromPosition: position, limit: 1 });
  const behindMs = (newest?.header.clockMs ?? 0) - clock.nowMs();
  const finding = { area: "state", check: "clock" } as const;
  if (behindMs <= CLOCK_BEHIND_WARN_MS)
    return { ...finding, verdict: "ok", detail: "not behind the newest event", fix: "" };
  const detail = `${formatDuration(behindMs)} behind the newest event: it was set back`;
  return {
    ...finding,
    verdict: "warn",
    detail,
    fix: "set the clock by NTP; the ledger's own order is not affected",
  };
}

async function examinePipeline(ports: DoctorPorts, definition: PipelineDefinition): Promise<Finding[]> {
  const source = ports.openSource(definition);
  const sink = ports.openSink(definition);
  try {
    const found = [await examineSource(source, definition.name)];
    const planned = found.every(({ verdict }) => verdict !== "fail")
      ? await examinePlan(ports, definition, { source, sink })
      : [];
    return [...found, ...planned];
  } finally {
    await sink.close();
    await source.close();
  }
}

async function examineSource(source: Source, area: string): Promise<Finding> {
  return attempt(area, "source", async () => {
    const { label, columns, key } = await source.describe();
    const keyed = key.length === 0 ? "no key" : `key ${key.join(", ")}`;
    return `${label}: ${columns.length} columns, ${keyed}`;
  });
}

async function examinePlan(
  ports: DoctorPorts,
  definition: PipelineDefinition,
  open: { readonly source: Source; readonly sink: Sink },
): Promise<Finding[]> {
  const area = definition.name;
  let plan: PipelinePlan | undefined;
  const planned = await attempt(area, "plan", async () => {
    plan = await planPipeline(definition, open);
    const { strategy, consistency, why } = plan.source;
    return `${strategy}, ${consistency === "snapshot" ? "one snapshot" : "consistent per chunk"}: ${why}`;
  });
  if (plan === undefined) return [planned];
  const fix = `see: tidemark plan ${area}`;
  const warnings = plan.source.warnings.map(
    ({ message }): Finding => ({ area, check: "plan", verdict: "warn", detail: message, fix }),
  );
  return [planned, ...warnings, await examineDestination(ports, plan, open.sink)];
}

async function examineDestination(ports: DoctorPorts, plan: PipelinePlan, sink: Sink): Promise<Finding> {
  return attempt(plan.pipeline, "destination", async () => {
    const ownRunIds = new Set(await ports.storage.listRootRunIds(ports.tenant, plan.pipeline));
    await sink.check({ fields: plan.outputFields, pipeline: plan.pipeline, ownRunIds });
    return `${plan.sink.label}: can be written and deleted`;
  });
}

async function attempt(area: string, check: string, work: () => Promise<string>): Promise<Finding> {
  try {
    return { area, check, verdict: "ok", detail: await work(), fix: "" };
  } catch (thrown) {
    const error = toTidemarkError(thrown);
    const [cause] = causesOf(error);
    const detail =
      cause === undefined || error.message.includes(cause) ? error.message : `${error.message} (${cause})`;
    return { area, check, verdict: "fail", detail, fix: error.next };
  }
}
