import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { formatLogicalType, type LogicalType } from "../columns/logical-type.ts";
import type { PipelineDefinition, SourceDefinition, TransformStep } from "../pipeline/definition.ts";
import { loadProject } from "./load-project.ts";

const ROOT = "/data";

/** Names of tables and columns: anything but what no text file holds. */
const word = fc
  .string({ minLength: 1, maxLength: 12, unit: "grapheme" })
  .filter(
    (text) => !/[\0\ufdd0-\ufdd6]/.test(text) && text !== "__proto__" && text !== "<<" && text.isWellFormed(),
  );

const logicalType: fc.Arbitrary<LogicalType> = fc.oneof(
  fc.constantFrom<LogicalType>(
    { kind: "text" },
    { kind: "int", bits: 64, signed: false },
    { kind: "timestamp", unit: "ms", utc: true },
  ),
  fc.tuple(fc.integer({ min: 1, max: 38 }), fc.nat({ max: 38 })).map(
    ([precision, scale]): LogicalType => ({
      kind: "decimal",
      precision,
      scale: Math.min(precision, scale),
    }),
  ),
);

const columns = fc.dictionary(word, fc.record({ type: logicalType, nullable: fc.boolean() }), {
  maxKeys: 4,
  noNullPrototype: true,
});

const tableSource = fc.record(
  {
    kind: fc.constant("sqlite" as const),
    path: fc.constant(`${ROOT}/shop.db`),
    table: word,
    where: word,
    mode: fc.constantFrom("snapshot" as const, "keyset" as const, "range" as const),
    key: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
    chunkRows: fc.integer({ min: 1 }),
    maxSnapshotAgeMs: fc.nat(),
    columns,
  },
  {
    requiredKeys: ["kind", "path", "table", "chunkRows", "maxSnapshotAgeMs", "columns"],
    noNullPrototype: true,
  },
);

const fileSource = fc.record({
  kind: fc.constant("files" as const),
  root: fc.constant(`${ROOT}/lake`),
  path: fc.constantFrom("in/*.data", "in/a b.data", "in/$x.data"),
  format: fc.constant("csv" as const),
  csv: fc.record({
    header: fc.boolean(),
    delimiter: fc.constantFrom(",", ";", "\t", "|", ":", "#", "'"),
    nullText: fc.option(fc.string({ maxLength: 5 }).filter((text) => !text.includes("\0"))),
  }),
  columns,
});

const step: fc.Arbitrary<TransformStep> = fc.oneof(
  fc
    .uniqueArray(word, { minLength: 1, maxLength: 4 })
    .map((names) => ({ kind: "select" as const, columns: names })),
  fc.uniqueArray(word, { maxLength: 4 }).map((names) => ({
    kind: "rename" as const,
    columns: Object.fromEntries(names.map((name) => [`${name}-old`, name])),
  })),
  fc.dictionary(word, logicalType, { maxKeys: 3, noNullPrototype: true }).map((types) => ({
    kind: "cast" as const,
    columns: types,
  })),
);

const pipeline: fc.Arbitrary<PipelineDefinition> = fc.record({
  name: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,20}$/),
  source: fc.oneof(tableSource, fileSource) as fc.Arbitrary<SourceDefinition>,
  transform: fc.array(step, { maxLength: 3 }),
  sink: fc.record({
    kind: fc.constant("files" as const),
    root: fc.constant(`${ROOT}/out`),
    path: fc.constantFrom("a", "a/{date}", "a b/c.d", "ü"),
    format: fc.constant("parquet" as const),
    compression: fc.constantFrom("zstd" as const, "snappy" as const, "none" as const),
    writeMode: fc.constantFrom("replace" as const, "append" as const),
    partBytes: fc.integer({ min: 1 }),
  }),
  onError: fc.record({
    action: fc.constantFrom("fail" as const, "quarantine" as const),
    stopAfterShare: fc.integer({ min: 0, max: 100 }).map((percent) => Number(`${percent}e-2`)),
    stopAfterCount: fc.option(fc.nat()),
  }),
  retries: fc.record({
    attempts: fc.integer({ min: 1, max: 100 }),
    baseMs: fc.nat({ max: 1000 }),
    capMs: fc.integer({ min: 1000 }),
  }),
  validate: fc.boolean(),
  readers: fc.integer({ min: 1, max: 64 }),
  maxValueBytes: fc.integer({ min: 1, max: 2 ** 30 }),
});

describe("loadProject", () => {
  it("reads back any pipeline that is written down, with and without quotes", async () => {
    const cwd = await mkdtemp(join(tmpdir(), "tidemark-configuration-"));
    onTestFinished(async () => await rm(cwd, { recursive: true }));
    await fc.assert(
      fc.asyncProperty(pipeline, fc.boolean(), async (definition, flow) => {
        const settings = { collectionStyle: flow ? ("flow" as const) : ("any" as const), lineWidth: 0 };
        await writeFile(join(cwd, "tidemark.yaml"), stringify(written(definition), settings));
        const project = await loadProject({ path: "tidemark.yaml", env: {}, cwd });
        expect(project.pipelines[definition.name]).toEqual(definition);
      }),
      { numRuns: 150 },
    );
  });
});

function written(definition: PipelineDefinition): unknown {
  const { name, source, transform, sink, onError, retries, ...rest } = definition;
  const body = {
    source: source.kind === "files" ? writtenFiles(source) : writtenTable(source),
    transform: transform.map(writtenStep),
    sink: {
      ...without(sink, ["kind", "root", "writeMode", "partBytes"]),
      to: "out",
      ...writtenSink(definition),
    },
    onError: {
      action: onError.action,
      stopAfter: {
        share: `${Number(`${onError.stopAfterShare}e2`)}%`,
        ...(onError.stopAfterCount === null ? {} : { count: onError.stopAfterCount }),
      },
    },
    retries: { attempts: retries.attempts, base: `${retries.baseMs}ms`, cap: `${retries.capMs}ms` },
    ...rest,
    maxValueBytes: `${rest.maxValueBytes}B`,
  };
  const connections = {
    shop: { type: "sqlite", path: `${ROOT}/shop.db` },
    lake: { type: "files", path: `${ROOT}/lake` },
    out: { type: "files", path: `${ROOT}/out` },
  };
  return { project: "p", connections, pipelines: { [name]: escapeDollars(body) } };
}

function writtenSink({ sink }: PipelineDefinition): object {
  return sink.kind === "files" ? { mode: sink.writeMode, partSize: `${sink.partBytes}B` } : {};
}

function writtenTable(source: Extract<SourceDefinition, { kind: "sqlite" }>): unknown {
  return {
    from: "shop",
    ...without(source, ["kind", "path", "maxSnapshotAgeMs", "columns"]),
    maxSnapshotAge: `${source.maxSnapshotAgeMs}ms`,
    columns: writtenColumns(source.columns),
  };
}

function writtenFiles(source: Extract<SourceDefinition, { kind: "files" }>): unknown {
  return {
    from: "lake",
    ...without(source, ["kind", "root", "columns"]),
    columns: writtenColumns(source.columns),
  };
}

/** Nullable columns in the short form, as people write them. */
function writtenColumns(declared: SourceDefinition["columns"]): unknown {
  return Object.fromEntries(
    Object.entries(declared).map(([name, { type, nullable }]) => [
      name,
      nullable ? formatLogicalType(type) : { type: formatLogicalType(type), nullable },
    ]),
  );
}

function writtenStep(one: TransformStep): unknown {
  if (one.kind !== "cast") return { [one.kind]: one.columns };
  const types = Object.entries(one.columns).map(([name, type]) => [name, formatLogicalType(type)]);
  return { cast: Object.fromEntries(types) };
}

function without(value: object, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/** Values are expanded, keys are not. */
function escapeDollars(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(escapeDollars);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escapeDollars(inner)]));
}
