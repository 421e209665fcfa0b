/**
 * Select, rename and cast, compiled once per plan (for the output fields) and once per worker (for the kernels).
 * All steps collapse into one projection: an output column is a source column under another name, through zero or more
 * casts. So only the source columns that are really needed are read, and rows are looked at once.
 */
import type { Field } from "../../columns/column-batch.ts";
import { type CastKernel, compileCast } from "../../columns/cast/compile-cast.ts";
import { equalTypes, type LogicalType } from "../../columns/logical-type.ts";
import { didYouMean } from "../../core/did-you-mean.ts";
import { TidemarkError } from "../../core/errors.ts";
import type { TransformStep } from "../definition.ts";

/** One output column while steps are applied. */
interface Projected {
  readonly source: Field;
  readonly name: string;
  readonly types: readonly LogicalType[];
}

export interface OutputColumn {
  /** index into `sourceFields` */
  readonly sourceIndex: number;
  readonly field: Field;
  readonly casts: readonly CastKernel[];
}

export interface CompiledTransform {
  /** what must be read, in the source's order */
  readonly sourceFields: readonly Field[];
  readonly outputFields: readonly Field[];
  readonly columns: readonly OutputColumn[];
}

/** Throws PLAN_INVALID and SOURCE_NO_COLUMN naming step and column. */
export function compileTransform(
  pipeline: string,
  fields: readonly Field[],
  steps: readonly TransformStep[],
): CompiledTransform {
  const start = fields.map((field): Projected => ({ source: field, name: field.name, types: [] }));
  const projected = steps.reduce<readonly Projected[]>((columns, step, index) => {
    const where = `pipeline ${pipeline}, transform step ${index + 1} (${step.kind})`;
    return applyStep(columns, step, where);
  }, start);
  assertDistinct(pipeline, projected);
  const needed = new Set(projected.map((column) => column.source));
  const sourceFields = fields.filter((field) => needed.has(field));
  const columns = projected.map((column) => compileColumn(pipeline, column, sourceFields));
  return { sourceFields, outputFields: columns.map((column) => column.field), columns };
}

function applyStep(columns: readonly Projected[], step: TransformStep, where: string): readonly Projected[] {
  switch (step.kind) {
    case "select":
      return step.columns.map((name) => getColumn(columns, name, where));
    case "rename": {
      for (const name of Object.keys(step.columns)) getColumn(columns, name, where);
      return columns.map((column) => ({
        ...column,
        name: ownValue(step.columns, column.name) ?? column.name,
      }));
    }
    case "cast": {
      for (const name of Object.keys(step.columns)) getColumn(columns, name, where);
      return columns.map((column) => {
        const type = ownValue(step.columns, column.name);
        return type === undefined ? column : { ...column, types: [...column.types, type] };
      });
    }
  }
}

/** Column names are the user's: one called `constructor` must not find Object's. */
function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function getColumn(columns: readonly Projected[], name: string, where: string): Projected {
  const found = columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const hint = didYouMean(
    name,
    columns.map((column) => column.name),
  );
  throw new TidemarkError("SOURCE_NO_COLUMN", { where, column: name, hint });
}

function assertDistinct(pipeline: string, columns: readonly Projected[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) {
      throw new TidemarkError("PLAN_INVALID", {
        pipeline,
        reason: `two output columns are called '${name}'`,
      });
    }
    seen.add(name);
  }
  if (columns.length === 0)
    throw new TidemarkError("PLAN_INVALID", { pipeline, reason: "no column is selected" });
}

function compileColumn(pipeline: string, column: Projected, sourceFields: readonly Field[]): OutputColumn {
  const casts: CastKernel[] = [];
  let type = column.source.type;
  for (const next of column.types) {
    if (!equalTypes(type, next)) casts.push(compileColumnCast(pipeline, column, type, next));
    type = next;
  }
  const field: Field = { name: column.name, type, nullable: column.source.nullable };
  return { sourceIndex: sourceFields.indexOf(column.source), field, casts };
}

function compileColumnCast(
  pipeline: string,
  column: Projected,
  from: LogicalType,
  to: LogicalType,
): CastKernel {
  try {
    return compileCast(from, to);
  } catch (cause) {
    const reason = `column ${column.name}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new TidemarkError("PLAN_INVALID", { pipeline, reason }, { cause });
  }
}
