/** `tidemark/columns`: typed column batches in the Arrow layout, their builders, casts and canonical text. */
export { type ColumnBuilder, createColumnBuilder } from "./build/column-builder.ts";
export { type CastKernel, type CastResult, type CastRule, compileCast } from "./cast/compile-cast.ts";
export { type Column, type ColumnBatch, columnBatch, type Field, isValid } from "./column-batch.ts";
export {
  equalTypes,
  formatLogicalType,
  type LogicalType,
  parseLogicalType,
  type TimeUnit,
} from "./logical-type.ts";
export { renderRow } from "./render-row.ts";
export { renderValue } from "./render-value.ts";
export { selectRows } from "./select-rows.ts";
