/**
 * Statistics of a column chunk: smallest and largest value in the order Parquet defines for the type
 * (TypeDefinedOrder), and the count of nulls. Bounds of text and bytes are cut to 64 bytes and then marked inexact. A
 * chunk of nulls, or of NaN alone, has no bounds.
 */
import type { ThriftWriter } from "./thrift-writer.ts";

/** One end of the range of a chunk's values, as the footer holds it. */
export interface Bound {
  readonly bytes: Uint8Array;
  readonly exact: boolean;
}

export interface Bounds {
  readonly min: Bound | undefined;
  readonly max: Bound | undefined;
}

export const NO_BOUNDS: Bounds = { min: undefined, max: undefined };

export function writeStatistics(
  thrift: ThriftWriter,
  field: number,
  { bounds: { min, max }, nullCount }: { readonly bounds: Bounds; readonly nullCount: number },
): void {
  thrift.struct(field, () => {
    thrift.i64(3, nullCount);
    if (max !== undefined) thrift.binary(5, max.bytes);
    if (min !== undefined) thrift.binary(6, min.bytes);
    if (max !== undefined) thrift.bool(7, max.exact);
    if (min !== undefined) thrift.bool(8, min.exact);
  });
}
