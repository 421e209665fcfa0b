/** A connection as written to a ConnectionDefinition: its path from where it was given, made absolute. */
import { basename, dirname, resolve } from "node:path";
import { toTidemarkError } from "../core/errors.ts";
import type { Concealing, ConnectionDefinition } from "../pipeline/definition.ts";
import { childOf, concealed, type Entry, formatPath, report, reportInvalid, writtenText } from "./entry.ts";
import type { Environment } from "./expand-variables.ts";
import { parseSection } from "./parse-section.ts";
import { type ConnectionText, connectionSchema } from "./project-schema.ts";
import { readConfigText } from "./read-config-text.ts";

const PATH_KEYS = ["path", "path_env", "path_file"] as const;

export async function resolveConnection(
  entry: Entry,
  env: Environment,
): Promise<ConnectionDefinition | undefined> {
  const text = parseSection(entry, connectionSchema);
  if (text === undefined) return undefined;
  const given = PATH_KEYS.filter((key) => text[key] !== undefined);
  const [key] = given;
  if (key === undefined || given.length > 1) {
    reportInvalid(
      entry,
      key === undefined ? "needs a path, path_env or path_file" : `has ${given.join(" and ")}; one is enough`,
    );
    return undefined;
  }
  const at = childOf(entry, key);
  const written = await pathFrom(at, text, env);
  if (written === undefined) return undefined;
  const path = resolve(entry.file.folder, written);
  return {
    type: text.type,
    name: String(entry.path.at(-1)),
    path,
    ...concealPath(at, { written, path, text }),
  };
}

/** A path from a variable or a file is known by that name alone, as written and as resolved. */
function concealPath(
  at: Entry,
  found: { readonly written: string; readonly path: string; readonly text: ConnectionText },
): Concealing {
  const { written, path, text } = found;
  const named =
    text.path_env === undefined
      ? text.path_file === undefined
        ? undefined
        : `contents of ${writtenText(at)}`
      : `\${${text.path_env}}`;
  const { shown, values } =
    named === undefined
      ? (concealed(at) ?? { shown: undefined, values: [] })
      : { shown: named, values: [{ value: written, shown: named }] };
  if (shown === undefined) return {};
  // Errors also name the two halves of a path.
  const halves = [
    { value: basename(path), shown },
    { value: dirname(path), shown: `the folder of ${shown}` },
  ];
  return { pathShown: shown, hidden: [{ value: path, shown }, ...halves, ...values] };
}

async function pathFrom(entry: Entry, text: ConnectionText, env: Environment): Promise<string | undefined> {
  if (text.path_env !== undefined) return pathFromVariable(entry, text.path_env, env);
  const path = text.path_file === undefined ? text.path : await pathFromFile(entry, text.path_file);
  if (path === "" || path?.includes("\0") === true) reportInvalid(entry, "gives no usable path");
  else return path;
  return undefined;
}

function pathFromVariable(entry: Entry, variable: string, env: Environment): string | undefined {
  const value = Object.hasOwn(env, variable) ? env[variable] : undefined;
  if (value !== undefined && value !== "") return value;
  report(entry, "CONFIG_UNSET_VARIABLE", { where: formatPath(entry.path), variable, hint: "" });
  return undefined;
}

/** The file's text without the line end that editors leave. */
async function pathFromFile(entry: Entry, path: string): Promise<string | undefined> {
  try {
    const text = await readConfigText({ path: resolve(entry.file.folder, path), shown: writtenText(entry) });
    return text.replace(/\r?\n$/, "");
  } catch (error) {
    reportInvalid(entry, toTidemarkError(error).message);
    return undefined;
  }
}
