/** Checkpoints of a tenant, by pipeline and stage. */
import type { JsonObject } from "../../../core/json-value.ts";
import type { Checkpoint } from "../../port.ts";
import type { SqliteConnection } from "../connection.ts";

type Columns = readonly [string, string, number, string, string, number];

const SELECT =
  "SELECT pipeline, stage, sequence, watermark, idempotency_key, at_ms FROM checkpoints WHERE tenant = ?";
const ORDER = " ORDER BY pipeline, stage";

export function listCheckpoints(
  connection: SqliteConnection,
  tenant: string,
  pipeline?: string,
): readonly Checkpoint[] {
  const rows =
    pipeline === undefined
      ? connection.rows<Columns>(SELECT + ORDER, tenant)
      : connection.rows<Columns>(`${SELECT} AND pipeline = ?${ORDER}`, tenant, pipeline);
  return rows.map(([name, stage, sequence, watermark, idempotencyKey, atMs]) => ({
    pipeline: name,
    stage,
    sequence,
    watermark: JSON.parse(watermark) as JsonObject,
    idempotencyKey,
    atMs,
  }));
}
