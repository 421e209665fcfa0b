/** The error form: what and where, why (causes), class, and the next command. `--json` prints the same as one object. */
import { causesOf, type TidemarkError } from "../core/errors.ts";
import type { JsonObject } from "../core/json-value.ts";
import type { Style } from "./terminal.ts";

export function renderError(error: TidemarkError, style: Style): string[] {
  const causes = causesOf(error).filter((cause) => !error.message.includes(cause));
  return [
    `${style.fail("✗")} ${error.message}`,
    ...(error.where === undefined ? [] : [`  in ${error.where}`]),
    ...causes.map((cause) => `  because: ${cause}`),
    `  ${style.dim(`${error.code} (${describeClass(error)})`)}`,
    ...(error.next === "" ? [] : [`  next: ${error.next}`]),
  ];
}

export function errorJson(error: TidemarkError): JsonObject {
  return {
    error: {
      code: error.code,
      kind: error.kind,
      retry: error.retry,
      exitCode: error.exitCode,
      message: error.message,
      where: error.where ?? null,
      details: error.details,
      causes: causesOf(error),
      next: error.next,
    },
  };
}

function describeClass({ kind, retry }: TidemarkError): string {
  return retry === "later" ? `${kind}; trying again later can help` : kind;
}
