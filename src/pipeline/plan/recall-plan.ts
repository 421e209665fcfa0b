/**
 * A plan from its sealed form, for a chain that has nothing left to read. The sink is described anew, so that a
 * destination that was changed since is noticed by its hash; what the source once said is taken from the seal.
 */
import { type FieldJson, parseFieldJson } from "../../columns/field-json.ts";
import type { SinkDescription } from "../../connectors/sink-port.ts";
import type { StrategyName } from "../../connectors/source-port.ts";
import { canonicalize } from "../../core/canonical-json.ts";
import type { JsonObject } from "../../core/json-value.ts";
import { sha256Hex } from "../../core/sha256.ts";
import { type PipelinePlan, sealSink } from "./sealed-plan.ts";

/** What `sealPlan` wrote. */
interface Sealed {
  readonly pipeline: string;
  readonly source: {
    readonly label: string;
    readonly query: string;
    readonly strategy: StrategyName;
    readonly cutting: JsonObject;
    readonly columns: readonly (FieldJson & { readonly nativeType: string })[];
  };
  readonly read: readonly string[];
  readonly output: readonly FieldJson[];
}

export function recallPlan(stored: JsonObject, storedHash: string, sink: SinkDescription): PipelinePlan {
  const { pipeline, source, read, output } = stored as unknown as Sealed;
  const columns = source.columns.map((column) => ({
    field: parseFieldJson(column),
    nativeType: column.nativeType,
  }));
  const sealed: JsonObject = { ...stored, sink: sealSink(sink) };
  const isSame = canonicalize(sealed) === canonicalize(stored);
  return {
    pipeline,
    sourceLabel: source.label,
    source: {
      strategy: source.strategy,
      why: "every chunk is committed: only publishing is left",
      query: source.query,
      consistency: "perChunk",
      readersMax: 1,
      warnings: [],
      cutting: source.cutting,
    },
    columns,
    sourceFields: columns.map(({ field }) => field).filter(({ name }) => read.includes(name)),
    outputFields: output.map(parseFieldJson),
    sink,
    readers: 1,
    sealed,
    planHash: isSame ? storedHash : sha256Hex(canonicalize(sealed)),
  };
}
