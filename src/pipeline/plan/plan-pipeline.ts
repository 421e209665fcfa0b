/**
 * Plans a pipeline: asks the source for its columns and its cut, compiles the transform, and seals the
 * result. Reads only. The destination is asked what it is, not whether it can be written: that is the sink's `check`, which
 * a run makes before its first byte, and `tidemark doctor` at any time.
 */
import type { Sink } from "../../connectors/sink-port.ts";
import type { Source } from "../../connectors/source-port.ts";
import type { PipelineDefinition } from "../definition.ts";
import { compileTransform } from "../transform/compile-transform.ts";
import { type PipelinePlan, sealPlan } from "./sealed-plan.ts";

export interface PlanPorts {
  readonly source: Source;
  readonly sink: Sink;
}

/** Throws PLAN_* and SOURCE_* errors; nothing is written. */
export async function planPipeline(definition: PipelineDefinition, ports: PlanPorts): Promise<PipelinePlan> {
  const description = await ports.source.describe();
  const fields = description.columns.map((column) => column.field);
  const transform = compileTransform(definition.name, fields, definition.transform);
  const source = await ports.source.plan();
  const sink = ports.sink.describe();
  return sealPlan({
    pipeline: definition.name,
    sourceLabel: description.label,
    source,
    columns: description.columns,
    sourceFields: transform.sourceFields,
    outputFields: transform.outputFields,
    sink,
    readers: Math.max(1, Math.min(definition.readers, source.readersMax, sink.writersMax)),
  });
}
