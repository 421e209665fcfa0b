/**
 * Schemas of single values: text, whole numbers, switches, choices, and values with a unit. Each says what it wants when
 * it is given something else. Numbers and switches are also read from text, as a variable (`${READERS}`) expands to
 * text. Values with a unit come out in their base: milliseconds, bytes, a fraction.
 */
import { z } from "zod";
import { type LogicalType, parseLogicalType } from "../columns/logical-type.ts";
import { didYouMean } from "../core/did-you-mean.ts";
import { messageOf } from "../core/errors.ts";
import { parseDuration } from "../core/parse-duration.ts";
import { parseShare } from "../core/parse-share.ts";
import { parseSize } from "../core/parse-size.ts";

export function arrivesLater(what: string): string {
  return `${what} arrives in a later version of Tidemark`;
}

export function text(): z.ZodString {
  return z.string({ error: (issue) => notText(issue.input) }).min(1, "is empty");
}

/** A whole number from `min` to `max`. */
export function count(min: number, max: number): z.ZodType<number> {
  const reason = `is a whole number ${max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`}`;
  const number = z.int(reason).min(min, reason).max(max, reason);
  const digits = z
    .string()
    .regex(/^(\d{1,16}|\$\{.+\})$/, reason)
    .transform(Number)
    .pipe(number);
  return z.union([number, digits], { error: () => reason });
}

export function flag(): z.ZodType<boolean> {
  const reason = "is true or false";
  const written = z.enum(["true", "false"]).transform((value) => value === "true");
  return z.union([z.boolean(), written], { error: () => reason });
}

export function choice<const T extends string>(
  values: readonly [T, ...T[]],
  notYet: readonly string[] = [],
): z.ZodType<T> {
  const explain = (input: unknown): string => {
    if (input === undefined || input === null) return notText(input);
    if (typeof input !== "string") return `is one of ${values.join(", ")}`;
    if (notYet.includes(input)) return arrivesLater(`'${input}'`);
    return `'${input}' is none of ${values.join(", ")}${didYouMean(input, values)}`;
  };
  return z.enum(values, { error: (issue) => explain(issue.input) });
}

export function durationMs(): z.ZodType<number> {
  return withUnit(parseDuration);
}

/** At least one byte; at most `max`, as people would write it. */
export function sizeBytes(max?: string): z.ZodType<number> {
  const bytes = withUnit(parseSize).refine((size) => size > 0, "is at least 1B");
  return max === undefined ? bytes : bytes.refine((size) => size <= parseSize(max), `is at most ${max}`);
}

export function share(): z.ZodType<number> {
  return withUnit(parseShare);
}

export function logicalType(): z.ZodType<LogicalType> {
  return withUnit(parseLogicalType);
}

/** One text, or a list of them. */
export function textOrList(): z.ZodType<readonly string[]> {
  return z.union([text().transform((one) => [one]), z.array(text()).min(1, "is an empty list")]);
}

/** Not the name of an environment variable means a value written where its name belongs: perhaps a secret, so not shown. */
export function variableName(): z.ZodType<string> {
  return text().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is the name of an environment variable, not a value");
}

function withUnit<T>(parse: (written: string) => T): z.ZodType<T> {
  const input = z.string({
    error: (issue) =>
      typeof issue.input === "number" ? complaintOf(parse, String(issue.input)) : notText(issue.input),
  });
  return input.transform((written, context) => {
    try {
      return parse(written);
    } catch {
      context.issues.push({ code: "custom", message: complaintOf(parse, written), input: written });
      return z.NEVER;
    }
  });
}

function complaintOf(parse: (written: string) => unknown, written: string): string {
  try {
    parse(written);
    return `'${written}' needs its unit`;
  } catch (error) {
    return messageOf(error);
  }
}

function notText(input: unknown): string {
  if (input === undefined) return "is required";
  if (input === null) return "has no value";
  if (typeof input === "number" || typeof input === "boolean")
    return `is a text; write it in quotes: "${input}"`;
  return Array.isArray(input) ? "is a text, not a list" : "is a text, not a mapping";
}
