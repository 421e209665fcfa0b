/**
 * The one error class of Tidemark. An error is a code of the table in `error-codes.ts` with details that fill the
 * code's message template. Engines branch on `retry` alone; the command line and HTTP map by `kind`.
 * Everyday outcomes (a version conflict, a lost lease, no work) are returned values, not throws.
 */
import { ERROR_CODES, type ErrorCode, type ErrorKind, type ErrorRetry } from "./error-codes.ts";

/** Values that fill the message template; they are shown to people and written to the journal: never a secret. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>;

/** The shape that crosses threads, processes and the journal. `cause` is flattened to text, outermost first. */
export interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly causes: readonly string[];
  readonly where?: string;
}

export class TidemarkError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  /** where it happened, when the message alone does not say: `pipeline orders, chunk 3, attempt 2` */
  readonly where: string | undefined;

  /** Fills the template of `code` with `details`. Keep what went wrong below in `options.cause`. */
  constructor(
    code: ErrorCode,
    details: ErrorDetails = {},
    options: ErrorOptions & { readonly where?: string } = {},
  ) {
    super(fillTemplate(ERROR_CODES[code].message, details), options);
    this.name = "TidemarkError";
    this.code = code;
    this.details = details;
    this.where = options.where;
  }

  get kind(): ErrorKind {
    return ERROR_CODES[this.code].kind;
  }

  get retry(): ErrorRetry {
    return ERROR_CODES[this.code].retry;
  }

  /** Process exit code of the command line (docs/errors.md). */
  get exitCode(): number {
    return ERROR_CODES[this.code].exit;
  }

  /** What to do next, filled with the details; empty when the message says it all. */
  get next(): string {
    return fillTemplate(ERROR_CODES[this.code].next ?? "", this.details);
  }
}

/** Programmer error: throws INTERNAL_ASSERTION when `condition` does not hold. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new TidemarkError("INTERNAL_ASSERTION", { what });
}

/** Makes any thrown value a TidemarkError; what is not ours becomes INTERNAL_UNEXPECTED with the cause kept. */
export function toTidemarkError(error: unknown): TidemarkError {
  if (error instanceof TidemarkError) return error;
  return new TidemarkError("INTERNAL_UNEXPECTED", { message: messageOf(error) }, { cause: error });
}

/** Text of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Error code of a failed system call (`ENOSPC`, …), or undefined. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export function serializeError(error: unknown): SerializedError {
  const own = toTidemarkError(error);
  const { code, message, details, where } = own;
  return { code, message, details, causes: causesOf(own), ...(where === undefined ? {} : { where }) };
}

export function deserializeError(wire: SerializedError): TidemarkError {
  const cause = wire.causes.reduceRight<Error | undefined>(
    (inner, text) => new Error(text, inner === undefined ? {} : { cause: inner }),
    undefined,
  );
  return new TidemarkError(wire.code, wire.details, {
    ...(cause === undefined ? {} : { cause }),
    ...(wire.where === undefined ? {} : { where: wire.where }),
  });
}

/** The same error, saying where it happened. */
export function locateError(error: TidemarkError, where: string): TidemarkError {
  const { code, details, cause } = error;
  return new TidemarkError(code, details, { where, ...(cause === undefined ? {} : { cause }) });
}

/** Messages of the cause chain below `error`, outermost first; bounded, as chains may be cyclic. */
export function causesOf(error: Error): string[] {
  const causes: string[] = [];
  let current: unknown = error.cause;
  while (current !== undefined && current !== null && causes.length < 8) {
    causes.push(messageOf(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return causes;
}

function fillTemplate(template: string, details: ErrorDetails): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? `{${name}}`));
}
