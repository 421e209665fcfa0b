/**
 * Builders that make columns row by row. Growable and reused: `build` returns a column over the builder's own buffers,
 * valid until the next `reset`; after `build` comes `reset`, never another append. Narrow by `kind` to append:
 *
 * | kind    | logical types                                         | appends                                        |
 * |---------|-------------------------------------------------------|------------------------------------------------|
 * | int     | int8..32, uint8..32, date, decimal(<=9)               | appendInt(number)                              |
 * | bigint  | int64, uint64, time, timestamp, decimal(10..18)       | appendBigInt, appendInt (safe), appendHalves   |
 * | float   | float32, float64                                      | appendFloat(number)                            |
 * | bits    | bool                                                  | appendBool(boolean)                            |
 * | fixed16 | uuid, decimal(19..38)                                 | appendFixed16(bytes, at), appendBigInt         |
 * | varlen  | text, json, bytes                                     | appendBytes(bytes, start, end), appendText, …  |
 */
import { physicalOf } from "../column-batch.ts";
import type { LogicalType } from "../logical-type.ts";
import { BigIntBuilder } from "./bigint-builder.ts";
import { BitsBuilder } from "./bits-builder.ts";
import { Fixed16Builder } from "./fixed16-builder.ts";
import { FloatBuilder, IntBuilder } from "./number-builders.ts";
import { VarlenBuilder } from "./varlen-builder.ts";

export type ColumnBuilder =
  | IntBuilder
  | BigIntBuilder
  | FloatBuilder
  | BitsBuilder
  | Fixed16Builder
  | VarlenBuilder;

/** A builder with room for `capacity` rows; it grows when more come. */
export function createColumnBuilder(type: LogicalType, capacity: number): ColumnBuilder {
  switch (physicalOf(type)) {
    case "i8":
    case "u8":
    case "i16":
    case "u16":
    case "i32":
    case "u32":
      return new IntBuilder(type, capacity);
    case "i64":
    case "u64":
      return new BigIntBuilder(type, capacity);
    case "f32":
    case "f64":
      return new FloatBuilder(type, capacity);
    case "fixed16":
      return new Fixed16Builder(type, capacity);
    case "bits":
      return new BitsBuilder(type, capacity);
    case "varlen":
      return new VarlenBuilder(type, capacity);
  }
}
