/**
 * Values of a batch in the form SQLite stores them, exact for every type (docs/guides/sinks.md, section SQLite):
 * integers as INTEGER, floats as REAL, decimals of up to 15 digits as REAL (a double holds them; NUMERIC affinity makes
 * whole ones INTEGER), longer decimals and uint64 as TEXT, dates and times as ISO text, uuids as text, json as text.
 *
 * Numbers are bound as REAL by the driver; where the column's affinity would not make integers of them, as big integers.
 */
import { Buffer, isAscii } from "node:buffer";
import type { SQLInputValue } from "node:sqlite";
import { type Column, type FixedColumn, isValid, type VarlenColumn } from "../../../columns/column-batch.ts";
import { renderDecimal, renderUuid, unscaledOf } from "../../../columns/render-value.ts";
import { assert } from "../../../core/errors.ts";
import { type Affinity, REAL_DECIMAL_DIGITS } from "../declared-type.ts";
import { dateText, TimeTexts } from "./temporal-text.ts";

/** The value of a row; only asked for rows that are not NULL. */
type Bind = (row: number) => SQLInputValue;

/** One function per batch and column; `affinity` is the target column's. */
export function bindColumn(column: Column, affinity: Affinity): Bind {
  const bind = bindValid(column, affinity);
  if (column.validity === null) return bind;
  return (row) => (isValid(column, row) ? bind(row) : null);
}

function bindValid(column: Column, affinity: Affinity): Bind {
  switch (column.layout) {
    case "bits":
      return (row) => integer(((column.values[row >> 3] ?? 0) >> (row & 7)) & 1, affinity);
    case "varlen":
      return column.type.kind === "bytes" ? bindBytes(column) : bindText(column);
    case "fixed":
      return bindFixed(column, affinity);
  }
}

function bindFixed(column: FixedColumn, affinity: Affinity): Bind {
  const { type, values } = column;
  switch (type.kind) {
    case "int":
      return type.bits === 64 ? bindInt64(column, affinity) : (row) => integer(Number(values[row]), affinity);
    case "float":
      return (row) => Number(values[row]);
    case "decimal":
      return bindDecimal(column, affinity);
    case "uuid":
      return (row) => renderUuid(values as Uint8Array, row * 16);
    case "date":
      return (row) => dateText(Number(values[row]));
    case "time":
    case "timestamp": {
      const texts = new TimeTexts(type);
      return (row) => texts.of((values as BigInt64Array)[row] ?? 0n);
    }
    case "bool":
    case "text":
    case "json":
    case "bytes":
      assert(false, `${type.kind} is not of fixed width`);
  }
}

function integer(value: number, affinity: Affinity): SQLInputValue {
  return affinity === "blob" || affinity === "text" ? BigInt(value) : value;
}

function bindInt64(column: FixedColumn, affinity: Affinity): Bind {
  const { type, values } = column;
  if (type.kind === "int" && !type.signed && affinity === "text") return (row) => String(values[row]);
  const exactAsNumber = affinity === "integer" || affinity === "numeric";
  return (row) => {
    const value = (values as BigInt64Array)[row] ?? 0n;
    const number = Number(value);
    return exactAsNumber && Number.isSafeInteger(number) ? number : value;
  };
}

function bindDecimal(column: FixedColumn, affinity: Affinity): Bind {
  const { type } = column;
  assert(type.kind === "decimal", "decimals are bound as decimals");
  const { scale, precision } = type;
  if (precision > REAL_DECIMAL_DIGITS || affinity === "text")
    return (row) => renderDecimal(unscaledOf(column, row), scale);
  // Both are exact doubles, so the quotient is the double nearest to the decimal.
  const factor = 10 ** scale;
  return (row) => Number(column.values[row]) / factor;
}

function bindBytes({ bytes, offsets }: VarlenColumn): Bind {
  return (row) => bytes.subarray(offsets[row], offsets[row + 1]);
}

/** ASCII text is decoded once for the whole batch, and cut. */
function bindText({ bytes, offsets, rowCount }: VarlenColumn): Bind {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = offsets[0] ?? 0;
  const used = buffer.subarray(start, offsets[rowCount]);
  if (!isAscii(used)) return (row) => buffer.toString("utf8", offsets[row], offsets[row + 1]);
  const text = used.toString("latin1");
  return (row) => text.slice((offsets[row] ?? 0) - start, (offsets[row + 1] ?? 0) - start);
}
