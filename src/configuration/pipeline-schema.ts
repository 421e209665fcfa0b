/** What people write below a pipeline's name, its source and sink apart: those depend on the connections they name. */
import { z } from "zod";
import type { LogicalType } from "../columns/logical-type.ts";
import { optional, required, section } from "./section-schema.ts";
import { choice, count, durationMs, flag, logicalType, share, sizeBytes, text } from "./value-schemas.ts";

export interface RetriesText {
  readonly attempts?: number | undefined;
  readonly base?: number | undefined;
  readonly cap?: number | undefined;
}

export interface DefaultsText {
  readonly retries?: RetriesText | undefined;
  readonly readers?: number | undefined;
  readonly maxValueBytes?: number | undefined;
}

export interface OnErrorText {
  readonly action?: "fail" | "quarantine" | undefined;
  readonly stopAfter?:
    | { readonly share?: number | undefined; readonly count?: number | undefined }
    | undefined;
}

export interface TransformStepText {
  readonly select?: readonly string[] | undefined;
  readonly rename?: Readonly<Record<string, string>> | undefined;
  readonly cast?: Readonly<Record<string, LogicalType>> | undefined;
}

export interface PipelineText extends DefaultsText {
  readonly source: unknown;
  readonly transform?: readonly TransformStepText[] | undefined;
  readonly onError?: OnErrorText | undefined;
  readonly sink: unknown;
  readonly validate?: boolean | undefined;
}

const retries = section("Retries", {
  attempts: optional(count(1, 100), "Tries at a chunk in all, the first included.", 3),
  base: optional(durationMs(), "Pause before the second try; it doubles with each further one.", "100ms"),
  cap: optional(durationMs(), "Longest pause between two tries.", "5s"),
});

/** A column of a batch addresses its bytes by 32-bit offsets. */
const VALUE_MAX = "1GiB";

/** Keys that `defaults` gives every pipeline and a pipeline may overrule. */
const shared = {
  retries: optional(retries, "How often and how fast a failed chunk is tried again."),
  readers: optional(count(1, 64), "Worker threads that read, encode and write.", 2),
  maxValueBytes: optional(
    sizeBytes(VALUE_MAX),
    "Largest single value; rows with a larger one go the way of onError.",
    "16MB",
  ),
};

export const defaultsSchema: z.ZodType<DefaultsText> = section("Defaults", shared, {
  later: ["profile", "onSchemaDrift"],
});

const columnName = text();

const transformStep = section(
  "Transform step",
  {
    select: optional(z.array(columnName).min(1, "is an empty list"), "Columns to keep, in this order."),
    rename: optional(z.record(z.string(), columnName), "New names by old name."),
    cast: optional(z.record(z.string(), logicalType()), "Types to turn columns into, by name."),
  },
  { later: ["filter", "run"] },
)
  .refine((step) => Object.keys(step).length === 1, "a step is exactly one of select, rename or cast")
  .meta({ minProperties: 1, maxProperties: 1 });

const stopAfter = section("Bounds of quarantine", {
  share: optional(share(), "Share of the rows read.", "1%"),
  count: optional(count(0, Number.MAX_SAFE_INTEGER), "Number of rows.", 1000),
}).refine((bounds) => Object.keys(bounds).length > 0, "gives share, count, or both");

const onError = section("Rows in error", {
  action: optional(
    choice(["quarantine", "fail"]),
    "What happens to rows that do not decode or break their declared types: set aside with their reason, or the run fails.",
    "quarantine",
  ),
  stopAfter: optional(
    stopAfter,
    "The run stops when more rows than this were set aside; with both given, when both are exceeded. A bound left out is not checked.",
  ),
});

/** `source` and `sink` are checked by the caller while reading, and by their own schemas in the JSON Schema. */
export function pipelineSchema(source: z.ZodType, sink: z.ZodType): z.ZodType<PipelineText> {
  return section(
    "Pipeline",
    {
      source: required(source, "Where rows come from."),
      transform: optional(z.array(transformStep), "Steps each row goes through, in order."),
      onError: optional(onError, "What happens to rows that can not be moved exactly."),
      sink: required(sink, "Where rows go."),
      validate: optional(
        flag(),
        "Whether the output is checked against its manifest at the end of a run.",
        true,
      ),
      ...shared,
    },
    { later: ["schedule", "contract", "budget", "quality", "reconcile", "profile", "onSchemaDrift"] },
  );
}
