/**
 * What is wrong with the bytes of a page. Decoders throw it as a TidemarkError without knowing where they are; the
 * column reader catches it and says file, column and page.
 */
import { TidemarkError } from "../../../core/errors.ts";

export function pageFault(reason: string): TidemarkError {
  return new TidemarkError("FORMAT_CORRUPT", { file: "page", reason });
}

export function pageUnsupported(reason: string): TidemarkError {
  return new TidemarkError("FORMAT_UNSUPPORTED", { file: "page", reason });
}
