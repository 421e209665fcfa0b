import { describe, expect, it } from "vitest";
import { assertLease } from "./run-context.ts";

const holder = { pid: 7, host: "far", command: "tidemark run orders", incarnation: "b/n/1" };
const lease = { name: "pipeline:default:orders", token: 2, holder, sinceMs: 1, expiresAtMs: 2 };

function lost(today: typeof lease | null): () => void {
  return () => assertLease("pipeline orders", { kind: "lostLease", lease: today });
}

describe("an operation that was refused because the lease was lost", () => {
  it("is LEASE_LOST, naming who holds the pipeline now", () => {
    expect(lost(lease)).toThrowError(expect.objectContaining({ code: "LEASE_LOST" }));
    expect(lost(lease)).toThrow("the lease on pipeline orders was lost to pid 7 on far");
  });

  it("names nobody when the winner has released it", () => {
    expect(lost(null)).toThrow(
      "the lease on pipeline orders was lost to another process, which is done with it",
    );
  });

  it("is none when the operation was done", () => {
    expect(() => assertLease("pipeline orders", { kind: "done" })).not.toThrow();
  });
});
