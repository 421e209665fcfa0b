/** A pipeline as written to a PipelineDefinition: its own words first, then the project's defaults, then Tidemark's. */
import { z } from "zod";
import { didYouMean } from "../core/did-you-mean.ts";
import type {
  ConnectionDefinition,
  ErrorPolicy,
  PipelineDefinition,
  RetryPolicy,
  TransformStep,
} from "../pipeline/definition.ts";
import { checkDistinct } from "./check-distinct.ts";
import { checkSinkApartFromSource } from "./check-destinations.ts";
import { childOf, type Entry, reportInvalid } from "./entry.ts";
import { parseSection } from "./parse-section.ts";
import {
  type DefaultsText,
  type OnErrorText,
  type PipelineText,
  pipelineSchema,
  type RetriesText,
  type TransformStepText,
} from "./pipeline-schema.ts";
import { resolveSink } from "./resolve-sink.ts";
import { resolveSource } from "./resolve-source.ts";
import { text as textSchema } from "./value-schemas.ts";

const RETRIES: RetryPolicy = { attempts: 3, baseMs: 100, capMs: 5000 };
const READERS = 2;
const MAX_VALUE_BYTES = 16_000_000;
const ON_ERROR: ErrorPolicy = { action: "quarantine", stopAfterShare: 0.01, stopAfterCount: 1000 };

/** Source and sink are parsed on their own, once the types of their connections are known. */
const schema = pipelineSchema(z.unknown(), z.unknown());

export interface ProjectParts {
  /** connections that are named but could not be understood are undefined */
  readonly connections: ReadonlyMap<string, ConnectionDefinition | undefined>;
  readonly defaults: DefaultsText;
}

/** Undefined when problems were reported. */
export async function resolvePipeline(
  entry: Entry,
  parts: ProjectParts,
): Promise<PipelineDefinition | undefined> {
  const name = String(entry.path.at(-1));
  const text = parseSection(entry, schema);
  const [sourceEntry, sinkEntry] = [childOf(entry, "source"), childOf(entry, "sink")];
  const source = await resolveSource(sourceEntry, findConnection(sourceEntry, "from", parts));
  const connection = findConnection(sinkEntry, "to", parts);
  const sink = resolveSink({ entry: sinkEntry, pipeline: name, connection });
  if (source !== undefined && sink !== undefined) checkSinkApartFromSource(sinkEntry, source, sink);
  const transform =
    text === undefined ? undefined : resolveTransform(childOf(entry, "transform"), text.transform);
  const retries = resolveRetries(childOf(entry, "retries"), [text?.retries, parts.defaults.retries]);
  if (text === undefined || source === undefined || sink === undefined) return undefined;
  if (transform === undefined || retries === undefined) return undefined;
  return { name, source, transform, sink, retries, ...resolveRest(text, parts.defaults) };
}

function findConnection(
  section: Entry,
  key: "from" | "to",
  parts: ProjectParts,
): ConnectionDefinition | undefined {
  if (parseSection(section, anyMapping) === undefined) return undefined;
  const entry = childOf(section, key);
  const name = parseSection(entry, connectionName);
  if (name === undefined) return undefined;
  if (!parts.connections.has(name))
    reportInvalid(entry, `no connection '${name}'${didYouMean(name, parts.connections.keys())}`);
  return parts.connections.get(name);
}

const anyMapping = z.record(z.string(), z.unknown());
const connectionName = textSchema();

function resolveTransform(
  entry: Entry,
  steps: readonly TransformStepText[] = [],
): readonly TransformStep[] | undefined {
  const resolved = steps.map((step, index) => resolveStep(childOf(entry, index), step));
  return resolved.every((step) => step !== undefined) ? resolved : undefined;
}

function resolveStep(entry: Entry, step: TransformStepText): TransformStep | undefined {
  if (step.select !== undefined)
    return checkDistinct(childOf(entry, "select"), step.select)
      ? { kind: "select", columns: step.select }
      : undefined;
  if (step.rename !== undefined)
    return checkDistinct(childOf(entry, "rename"), Object.values(step.rename))
      ? { kind: "rename", columns: step.rename }
      : undefined;
  return { kind: "cast", columns: step.cast ?? {} };
}

/** The first of `layers` that gives a value gives it. */
function resolveRetries(entry: Entry, layers: readonly (RetriesText | undefined)[]): RetryPolicy | undefined {
  const pick = (key: keyof RetriesText): number | undefined =>
    layers.map((layer) => layer?.[key]).find((value) => value !== undefined);
  const retries = {
    attempts: pick("attempts") ?? RETRIES.attempts,
    baseMs: pick("base") ?? RETRIES.baseMs,
    capMs: pick("cap") ?? RETRIES.capMs,
  };
  if (retries.baseMs <= retries.capMs) return retries;
  reportInvalid(entry, `base (${retries.baseMs} ms) is longer than cap (${retries.capMs} ms)`);
  return undefined;
}

function resolveRest(
  text: PipelineText,
  defaults: DefaultsText,
): Pick<PipelineDefinition, "onError" | "validate" | "readers" | "maxValueBytes"> {
  return {
    onError: resolveOnError(text.onError),
    validate: text.validate ?? true,
    readers: text.readers ?? defaults.readers ?? READERS,
    maxValueBytes: text.maxValueBytes ?? defaults.maxValueBytes ?? MAX_VALUE_BYTES,
  };
}

function resolveOnError({ action, stopAfter }: OnErrorText = {}): ErrorPolicy {
  if (stopAfter === undefined) return { ...ON_ERROR, action: action ?? ON_ERROR.action };
  return {
    action: action ?? ON_ERROR.action,
    stopAfterShare: stopAfter.share ?? null,
    stopAfterCount: stopAfter.count ?? null,
  };
}
