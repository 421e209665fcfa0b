/**
 * Takes rows out of a batch: `keep` lists the wanted rows in any order, also repeatedly. The result owns its buffers
 * and outlives the batch it came from.
 */
import { allocateFixed, type Column, type ColumnBatch, isValid, physicalOf } from "./column-batch.ts";

export function selectRows(batch: ColumnBatch, keep: Int32Array | Uint32Array): ColumnBatch {
  return {
    fields: batch.fields,
    columns: batch.columns.map((column) => selectColumnRows(column, keep)),
    rowCount: keep.length,
  };
}

export function selectColumnRows(column: Column, keep: Int32Array | Uint32Array): Column {
  const { validity, nullCount } = selectValidity(column, keep);
  const base = { type: column.type, rowCount: keep.length, validity, nullCount };
  switch (column.layout) {
    case "fixed":
      return { ...base, layout: "fixed", values: selectFixed(column, keep) };
    case "bits":
      return { ...base, layout: "bits", values: selectBits(column.values, keep) };
    case "varlen":
      return { ...base, layout: "varlen", ...selectVarlen(column, keep) };
  }
}

function selectValidity(
  column: Column,
  keep: Int32Array | Uint32Array,
): { validity: Uint8Array | null; nullCount: number } {
  if (column.validity === null) return { validity: null, nullCount: 0 };
  const validity = selectBits(column.validity, keep);
  let nullCount = 0;
  for (const row of keep) if (!isValid(column, row)) nullCount += 1;
  return nullCount === 0 ? { validity: null, nullCount } : { validity, nullCount };
}

function selectBits(bits: Uint8Array, keep: Int32Array | Uint32Array): Uint8Array {
  const selected = new Uint8Array((keep.length + 7) >> 3);
  for (let index = 0; index < keep.length; index += 1) {
    const row = keep[index] ?? 0;
    if (((bits[row >> 3] ?? 0) & (1 << (row & 7))) !== 0)
      selected[index >> 3] = (selected[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return selected;
}

type FixedOf = Extract<Column, { layout: "fixed" }>;
type VarlenOf = Extract<Column, { layout: "varlen" }>;

function selectFixed(column: FixedOf, keep: Int32Array | Uint32Array): FixedOf["values"] {
  const physical = physicalOf(column.type);
  const selected = allocateFixed(physical, keep.length);
  const from = column.values;
  if (physical === "fixed16" && selected instanceof Uint8Array && from instanceof Uint8Array) {
    for (let index = 0; index < keep.length; index += 1) {
      const at = (keep[index] ?? 0) * 16;
      selected.set(from.subarray(at, at + 16), index * 16);
    }
    return selected;
  }
  // Both arrays have the one element type of `physical`.
  const into = selected as Float64Array;
  for (let index = 0; index < keep.length; index += 1)
    into[index] = (from as Float64Array)[keep[index] ?? 0] as number;
  return selected;
}

function selectVarlen(
  column: VarlenOf,
  keep: Int32Array | Uint32Array,
): { offsets: Int32Array; bytes: Uint8Array } {
  const offsets = new Int32Array(keep.length + 1);
  for (let index = 0; index < keep.length; index += 1) {
    const row = keep[index] ?? 0;
    offsets[index + 1] = (offsets[index] ?? 0) + (column.offsets[row + 1] ?? 0) - (column.offsets[row] ?? 0);
  }
  const bytes = new Uint8Array(offsets[keep.length] ?? 0);
  for (let index = 0; index < keep.length; index += 1) {
    const row = keep[index] ?? 0;
    const start = column.offsets[row] ?? 0;
    const end = column.offsets[row + 1] ?? 0;
    if (end > start) bytes.set(column.bytes.subarray(start, end), offsets[index] ?? 0);
  }
  return { offsets, bytes };
}
