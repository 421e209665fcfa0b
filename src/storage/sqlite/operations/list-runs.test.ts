import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunFilter } from "../../port.ts";
import { SqliteConnection } from "../connection.ts";
import { FIRST_FORM } from "../migrations/0001-first-form.ts";
import { listRootRunIds } from "./list-root-run-ids.ts";
import { listRuns } from "./list-runs.ts";

let connection: SqliteConnection;

beforeEach(() => {
  connection = new SqliteConnection(":memory:", { busyTimeoutMs: 0 });
  connection.exec(FIRST_FORM);
});

afterEach(() => connection.close());

/** How SQLite goes about the one statement that `read` asks for. */
function explain(read: () => unknown): string {
  const rows = vi.spyOn(connection, "rows");
  read();
  expect(rows).toHaveBeenCalledTimes(1);
  const [sql, ...values] = rows.mock.calls[0] ?? [""];
  rows.mockRestore();
  const steps = connection.rows<readonly [number, number, number, string]>(
    `EXPLAIN QUERY PLAN ${sql}`,
    ...values,
  );
  return steps.map((step) => step[3]).join("; ");
}

describe("listRuns", () => {
  it.each<readonly [Omit<RunFilter, "tenant">, string]>([
    [{}, "runs_by_tenant (tenant=?)"],
    [{ pipeline: "p" }, "runs_by_pipeline (tenant=? AND pipeline=?)"],
    [{ pipeline: "p", status: "completed" }, "runs_by_pipeline (tenant=? AND pipeline=?)"],
    [{ label: "l" }, "runs_by_label (tenant=? AND label=?)"],
    [{ pipeline: "p", label: "l" }, "runs_by_label (tenant=? AND label=?)"],
    [{ rootRunId: "r" }, "runs_by_root (tenant=? AND root_run_id=?)"],
    [{ pipeline: "p", rootRunId: "r" }, "runs_by_chain (tenant=? AND pipeline=? AND root_run_id=?)"],
  ])("with %j reads in the order of an index, and sorts nothing", (filter, index) => {
    const plan = explain(() => listRuns(connection, { tenant: "t", ...filter }));
    expect(plan).toBe(`SEARCH runs USING INDEX ${index}`);
  });

  it("finds the beginning of an id by the index of ids", () => {
    const plan = explain(() => listRuns(connection, { tenant: "t", runIdPrefix: "01J" }));
    expect(plan).toContain("INDEX runs_by_id (tenant=? AND run_id>? AND run_id<?)");
  });
});

describe("listRootRunIds", () => {
  it("reads the index alone", () => {
    expect(explain(() => listRootRunIds(connection, "t", "p"))).toBe(
      "SEARCH runs USING COVERING INDEX runs_by_chain (tenant=? AND pipeline=?)",
    );
  });
});
