/**
 * The sealed plan of a run: what is read, how it is cut, what is made of it and where it goes. Canonical JSON; its
 * SHA-256 is the plan hash that a resume must meet again. Estimates, explanations and warnings stand outside the hash.
 */
import type { Field } from "../../columns/column-batch.ts";
import { fieldJson } from "../../columns/field-json.ts";
import type { SinkDescription } from "../../connectors/sink-port.ts";
import type { ColumnDescription, SourcePlan } from "../../connectors/source-port.ts";
import { canonicalize } from "../../core/canonical-json.ts";
import type { JsonObject, JsonValue } from "../../core/json-value.ts";
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
    sink: sealSink(plan.sink),
  };
  return { ...plan, sealed, planHash: sha256Hex(canonicalize(sealed)) };
}

export function sealSink({
  kind,
  label,
  format,
  compression,
  writeMode,
  settings,
}: SinkDescription): JsonObject {
  return { kind, label, format, compression, writeMode, settings };
}

/**
 * A sealed plan without what its source chose by looking at how much there is: the strategy, and the words and the query
 * that follow from it. What the definition demands stays (`cutting.demand`).
 */
export function withoutSize(sealed: JsonObject): JsonObject {
  const { source, ...rest } = sealed as unknown as Record<string, JsonObject> & {
    readonly source: JsonObject;
  };
  const {
    strategy: _strategy,
    query: _query,
    cutting,
    ...constant
  } = source as unknown as Record<string, JsonObject>;
  const { demand = {}, schema = "" } = cutting ?? {};
  return { ...rest, source: { ...constant, demand, schema } };
}

/** Names the first member of two sealed plans that differs: for the error of a resume. The order of names is no difference. */
export function firstDifference(before: JsonObject, after: JsonObject): string | undefined {
  return differenceAt("", before, after);
}

function differenceAt(
  path: string,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): string | undefined {
  const [old, now] = [membersOf(before), membersOf(after)];
  if (old === undefined || now === undefined) {
    const [was, is] = [show(before), show(after)];
    return was === is ? undefined : `${path} was ${was} and is ${is}`;
  }
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const below = path === "" ? name : `${path}.${name}`;
    const found = differenceAt(below, old.get(name), now.get(name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Members of an object by name, of a list by index; undefined for a single value. */
function membersOf(value: JsonValue | undefined): ReadonlyMap<string, JsonValue> | undefined {
  return typeof value === "object" && value !== null
    ? new Map(Object.entries(value).toSorted(byName))
    : undefined;
}

function byName([a]: readonly [string, JsonValue], [b]: readonly [string, JsonValue]): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function show(value: JsonValue | undefined): string {
  return value === undefined ? "nothing" : canonicalize(value);
}
