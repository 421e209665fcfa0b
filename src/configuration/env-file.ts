/** A `.env` file, read only when asked for: `NAME=value` lines, with comments and quotes as Node.js itself reads them. */
import { parseEnv } from "node:util";
import type { Environment } from "./expand-variables.ts";
import { type FileName, readConfigText } from "./read-config-text.ts";

/** Throws CONFIG_NOT_FOUND and CONFIG_UNREADABLE. */
export async function readEnvFile(file: FileName): Promise<Environment> {
  return parseEnv(await readConfigText(file));
}
