import { describe, expect, it } from "vitest";
import { TidemarkError } from "../core/errors.ts";
import { hideInReader, hideInSink, hideInSource, hideInWriters } from "./hide-texts.ts";
import type { Sink, SinkWriter, VerifyRequest } from "./sink-port.ts";
import type { Source, SourceReader } from "./source-port.ts";

const HIDDEN = [
  { value: "/data/canary", shown: "${DATA}" },
  { value: "canary", shown: "${NAME}" },
  { value: "it's canary", shown: "${WHERE}" },
  { value: "ab", shown: "${SHORT}" },
];

function failure(): TidemarkError {
  const cause = new Error("open '/data/canary/x.db'");
  const details = { path: "/data/canary/x.db", reason: "no such column: canary, near ab" };
  return new TidemarkError("SOURCE_UNREADABLE", details, { cause });
}

async function thrownBy(work: () => Promise<unknown>): Promise<TidemarkError> {
  const error = await work().then(
    () => expect.fail("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  return error instanceof TidemarkError ? error : expect.fail("not an error of ours");
}

const failing = { describe: () => Promise.reject(failure()) } as Partial<Source> as Source;

describe("texts from outside", () => {
  it("stand in errors by their names: message, details and causes, the longest first", async () => {
    const error = await thrownBy(() => hideInSource(failing, HIDDEN).describe());
    expect(error.message).toBe("cannot read ${DATA}/x.db: no such column: ${NAME}, near ab");
    expect(error.details["path"]).toBe("${DATA}/x.db");
    expect(error.cause).toMatchObject({ message: "open '${DATA}/x.db'" });
    expect(error.code).toBe("SOURCE_UNREADABLE");
  });

  it("are known by their parts where SQLite quotes what it stumbles over", async () => {
    const source = {
      describe: () =>
        Promise.reject(new TidemarkError("SOURCE_BUSY", { path: "", reason: 'near "it\'s": syntax' })),
    } as Partial<Source> as Source;
    const { message } = await thrownBy(() => hideInSource(source, HIDDEN).describe());
    expect(message).toContain('near "${WHERE}": syntax');
  });

  it("are not searched for in what is shown instead of another", async () => {
    const hidden = [
      { value: "/srv/lake", shown: "contents of ./lake.path" },
      { value: "lake", shown: "contents of ./lake.path" },
    ];
    const source = {
      describe: () =>
        Promise.reject(new TidemarkError("SOURCE_BUSY", { path: "/srv/lake/x", reason: "lake" })),
    } as Partial<Source> as Source;
    const { details } = await thrownBy(() => hideInSource(source, hidden).describe());
    expect(details).toEqual({ path: "contents of ./lake.path/x", reason: "contents of ./lake.path" });
  });

  it("leave an error that holds none of them as it is", async () => {
    const own = new TidemarkError("STORAGE_CLOSED");
    const source = { describe: () => Promise.reject(own) } as Partial<Source> as Source;
    expect(await thrownBy(() => hideInSource(source, HIDDEN).describe())).toBe(own);
  });

  it("are hidden in what a reader throws between two batches", async () => {
    const reader = {
      async *read() {
        yield 1;
        throw failure();
      },
    } as unknown as SourceReader;
    const seen: unknown[] = [];
    const error = await thrownBy(async () => {
      for await (const batch of hideInReader(reader, HIDDEN).read({} as never)) seen.push(batch);
    });
    expect(seen).toEqual([1]);
    expect(error.message).not.toContain("canary");
  });

  it("are hidden in what opening a writer, and the writer, throw", async () => {
    const refuse = (): SinkWriter => {
      throw failure();
    };
    const writer = { abort: () => Promise.reject(failure()) } as Partial<SinkWriter> as SinkWriter;
    const opening = await thrownBy(async () => hideInWriters(refuse, HIDDEN)());
    const working = await thrownBy(() => hideInWriters(() => writer, HIDDEN)().abort());
    expect(opening.message + working.message).not.toContain("canary");
  });

  it("are hidden in findings and in the warnings of a plan", async () => {
    const sink = {
      verify: async () => [{ path: "/data/canary/p", column: null, reason: "is missing" }],
    } as Partial<Sink> as Sink;
    expect(await hideInSink(sink, HIDDEN).verify({} as VerifyRequest)).toEqual([
      { path: "${DATA}/p", column: null, reason: "is missing" },
    ]);
    const warnings = [{ level: "warning", rule: "empty_file", message: "canary.csv is empty" }];
    const source = { plan: async () => ({ query: "canary", warnings }) } as unknown as Source;
    expect(await hideInSource(source, HIDDEN).plan()).toMatchObject({
      query: "canary",
      warnings: [{ message: "${NAME}.csv is empty" }],
    });
  });

  it("cost nothing where there are none", () => {
    expect(hideInSource(failing)).toBe(failing);
    expect(hideInSource(failing, [{ value: "ab", shown: "${SHORT}" }])).toBe(failing);
  });
});
