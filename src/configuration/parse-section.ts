/**
 * Holds a value against a schema and reports what does not fit, each thing where it stands: unknown keys with the key
 * that was probably meant, keys of later versions as such, the wrong kind of value with the kind that is wanted.
 */
import type { z } from "zod";
import { didYouMean } from "../core/did-you-mean.ts";
import { childOf, type Entry, formatPath, type Path, reportAtKey, reportInvalid } from "./entry.ts";
import { refusalOf, sectionAt } from "./section-schema.ts";

/** The value as its schema makes it, or undefined when problems were reported. */
export function parseSection<T>(entry: Entry, schema: z.ZodType<T>): T | undefined {
  const parsed = schema.safeParse(entry.value);
  if (parsed.success) return parsed.data;
  reportIssues(entry, schema, parsed.error.issues);
  return undefined;
}

function reportIssues(entry: Entry, schema: z.ZodType, issues: readonly z.core.$ZodIssue[]): void {
  const withUnknownKeys = new Set(
    issues.flatMap((issue) => (issue.code === "unrecognized_keys" ? [formatPath(stepsOf(issue.path))] : [])),
  );
  for (const issue of issues) {
    const followsFromUnknownKey =
      issue.code === "custom" && withUnknownKeys.has(formatPath(stepsOf(issue.path)));
    if (!followsFromUnknownKey) reportIssue(entry, schema, issue);
  }
}

function reportIssue(entry: Entry, schema: z.ZodType, issue: z.core.$ZodIssue): void {
  const at = childOf(entry, ...stepsOf(issue.path));
  if (issue.code === "unrecognized_keys")
    for (const key of issue.keys) reportUnknownKey(at, key, sectionAt(schema, issue.path));
  else if (issue.code === "invalid_union") reportUnion(entry, schema, issue);
  else if (issue.code === "invalid_type" && !isOwnMessage(issue))
    reportInvalid(at, wantedKind(at.value, [issue.expected]));
  else reportInvalid(at, issue.message);
}

function reportUnknownKey(entry: Entry, key: string, known: z.ZodObject | undefined): void {
  const at = childOf(entry, key);
  const refusal = known === undefined ? undefined : refusalOf(known, key);
  if (refusal !== undefined) return reportInvalid(at, refusal);
  const hint = didYouMean(key, Object.keys(known?.shape ?? {}));
  reportAtKey(at, "CONFIG_UNKNOWN_KEY", { key, where: formatPath(entry.path), hint });
}

/** Of the forms a value may have, the one whose kind it is of is the one that was meant. */
function reportUnion(entry: Entry, schema: z.ZodType, issue: z.core.$ZodIssueInvalidUnion): void {
  const at = childOf(entry, ...stepsOf(issue.path));
  if (isOwnMessage(issue)) return reportInvalid(at, issue.message);
  const kinds = issue.errors.flatMap((branch) => branch.flatMap((one) => wrongKind(one) ?? []));
  const meant = issue.errors.find((branch) => branch.every((one) => wrongKind(one) === undefined));
  if (meant === undefined) return reportInvalid(at, wantedKind(at.value, kinds));
  const inside = meant.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
  reportIssues(entry, schema, inside);
}

function wrongKind(issue: z.core.$ZodIssue): string | undefined {
  return issue.code === "invalid_type" && issue.path.length === 0 ? issue.expected : undefined;
}

function isOwnMessage(issue: z.core.$ZodIssue): boolean {
  return !issue.message.startsWith("Invalid input");
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ["string", "a text"],
  ["array", "a list"],
  ["object", "a mapping (key: value)"],
  ["record", "a mapping (key: value)"],
]);

function wantedKind(value: unknown, kinds: readonly string[]): string {
  if (value === undefined) return "is required";
  if (value === null) return "has no value";
  const wanted = kinds.map((kind) => KINDS.get(kind) ?? kind).join(" or ");
  const found = Array.isArray(value) ? "array" : typeof value;
  return `is ${wanted}, not ${KINDS.get(found) ?? `a ${found}`}`;
}

function stepsOf(path: readonly PropertyKey[]): Path {
  return path.map((step) => (typeof step === "number" ? step : String(step)));
}
