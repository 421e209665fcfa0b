/** Makes the port's row of a stored batch, on the side that asked for it. */
import type { JsonObject } from "../../core/json-value.ts";
import type { BatchRow } from "../port.ts";
import type { BatchColumns } from "./operations/list-batches.ts";

export function decodeBatchRow(rootRunId: string, columns: BatchColumns): BatchRow {
  const [index, status, attempt, bounds, result] = columns;
  return {
    rootRunId,
    index,
    status,
    attempt,
    bounds: JSON.parse(bounds) as JsonObject,
    result: result === null ? null : (JSON.parse(result) as JsonObject),
  };
}
