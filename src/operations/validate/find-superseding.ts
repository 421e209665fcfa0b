/**
 * Which run has taken the place of an older one's output: the newest completed run at the same destination, when it, or one
 * between, was in mode replace. With append and upsert older output stands beside the new, as it does at another
 * destination (another `{date}`, a path that was changed since).
 */
import { canonicalize } from "../../core/canonical-json.ts";
import type { JsonObject, JsonValue } from "../../core/json-value.ts";
import type { RunHead, RunRow, Storage } from "../../storage/port.ts";

export async function findSuperseding(
  storage: Pick<Storage, "listRuns" | "findRun">,
  { tenant, pipeline, number, rootRunId, plan }: RunRow,
): Promise<RunHead | undefined> {
  const place = outputOf(plan).place;
  const outputs = new Map<string, Output>();
  let newest: RunHead | undefined;
  const completed = { tenant, pipeline, status: "completed", limit: Number.MAX_SAFE_INTEGER } as const;
  for (const head of await storage.listRuns(completed)) {
    if (head.number <= number || head.rootRunId === rootRunId) continue;
    // Plans can be large: runs of one hash have one plan.
    const known = outputs.get(head.planHash) ?? outputOf((await storage.findRun(tenant, head.runId))?.plan);
    outputs.set(head.planHash, known);
    if (known.place !== place) continue;
    newest ??= head;
    if (known.writeMode === "replace") return newest;
  }
  return undefined;
}

interface Output {
  readonly place: string;
  readonly writeMode: JsonValue;
}

/** Of a sealed plan. */
function outputOf(plan: JsonObject | undefined): Output {
  const sink = objectOf(plan?.["sink"]);
  const settings = objectOf(sink["settings"]);
  const place = [sink["kind"] ?? null, settings["place"] ?? null, settings["table"] ?? null];
  return { place: canonicalize(place), writeMode: sink["writeMode"] ?? null };
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
