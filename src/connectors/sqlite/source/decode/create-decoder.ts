/** The decoder of a column, by its logical type and by what affinity may have made of its values. */
import type { Affinity } from "../../declared-type.ts";
import type { CellContext, ColumnDecoder } from "./cell-context.ts";
import { BoolDecoder } from "./decode-bools.ts";
import { BytesDecoder, UuidDecoder } from "./decode-bytes.ts";
import { DecimalDecoder } from "./decode-decimals.ts";
import { FloatDecoder } from "./decode-floats.ts";
import { BigIntDecoder, SmallIntDecoder } from "./decode-integers.ts";
import { DateDecoder, TimeDecoder } from "./decode-temporals.ts";
import { TextDecoder } from "./decode-texts.ts";

export function createDecoder(cells: CellContext, affinity: Affinity): ColumnDecoder {
  const { type } = cells.field;
  switch (type.kind) {
    case "bool":
      return new BoolDecoder(cells);
    case "int":
      return type.bits === 64 ? new BigIntDecoder(cells) : new SmallIntDecoder(cells);
    case "float":
      return new FloatDecoder(cells);
    case "decimal":
      return new DecimalDecoder(cells);
    case "text":
    case "json":
      return new TextDecoder(cells, affinity === "numeric");
    case "bytes":
      return new BytesDecoder(cells);
    case "uuid":
      return new UuidDecoder(cells);
    case "date":
      return new DateDecoder(cells);
    case "time":
    case "timestamp":
      return new TimeDecoder(cells);
  }
}
