/**
 * The sealed plan of a run: what is read, how it is cut, what is made of it and where it goes. Canonical JSON; its
 * SHA-256 is the plan hash that a resume must meet again. Estimates, explanations and warnings stand outside the hash.
 */
import type { Field } from "../../columns/column-batch.ts";
import { fieldJson } from "../../columns/field-json.ts";
import type { SinkDescription } from "../../connectors/sink-port.ts";
import type { ColumnDescription, SourcePlan } from "../../connectors/source-port.ts";
import { canonicalize } from "../../core/canonical-json.ts";
import type { JsonObject } from "../../core/json-value.ts";
import { sha256Hex } from "../../core/sha256.ts";

export interface PipelinePlan {
  readonly pipeline: string;
  readonly sourceLabel: string;
  readonly source: SourcePlan;
  readonly columns: readonly ColumnDescription[];
  readonly sourceFields: readonly Field[];
  readonly outputFields: readonly Field[];
  readonly sink: SinkDescription;
  readonly readers: number;
  /** the part that is hashed */
  readonly sealed: JsonObject;
  readonly planHash: string;
}

/** Seals everything but hash itself. */
export function sealPlan(plan: Omit<PipelinePlan, "sealed" | "planHash">): PipelinePlan {
  const sealed: JsonObject = {
    format: "tidemark/plan/v1",
    pipeline: plan.pipeline,
    source: {
      label: plan.sourceLabel,
      query: plan.source.query,
      strategy: plan.source.strategy,
      cutting: plan.source.cutting,
      columns: plan.columns.map(({ field, nativeType }) => ({ ...fieldJson(field), nativeType })),
    },
    read: plan.sourceFields.map((field) => field.name),
    output: plan.outputFields.map(fieldJson),
    sink: {
      kind: plan.sink.kind,
      label: plan.sink.label,
      format: plan.sink.format,
      compression: plan.sink.compression,
      writeMode: plan.sink.writeMode,
      settings: plan.sink.settings,
    },
  };
  return { ...plan, sealed, planHash: sha256Hex(canonicalize(sealed)) };
}

/** Names the first member of two sealed plans that differs: for the error of a resume. */
export function firstDifference(before: JsonObject, after: JsonObject, path = ""): string | undefined {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of [...names].toSorted()) {
    const found = compareMember(before[name], after[name], path === "" ? name : `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function compareMember(before: unknown, after: unknown, path: string): string | undefined {
  if (before === after) return undefined;
  if (isRecord(before) && isRecord(after)) return firstDifference(before, after, path);
  const show = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));
  return show(before) === show(after) ? undefined : `${path} was ${show(before)} and is ${show(after)}`;
}

function isRecord(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
