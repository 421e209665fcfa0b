/** What people write in `tidemark.yaml` and in the files it includes; connections and pipelines by name. */
import { z } from "zod";
import { type DefaultsText, defaultsSchema } from "./pipeline-schema.ts";
import { optional, required, section } from "./section-schema.ts";
import { choice, text, textOrList, variableName } from "./value-schemas.ts";

export interface ConnectionText {
  readonly type: "sqlite" | "files";
  readonly path?: string | undefined;
  readonly path_env?: string | undefined;
  readonly path_file?: string | undefined;
}

export interface MainFileText {
  readonly project: string;
  readonly state?: string | undefined;
  readonly include?: readonly string[] | undefined;
  readonly connections?: Readonly<Record<string, unknown>> | undefined;
  readonly defaults?: DefaultsText | undefined;
  readonly pipelines?: Readonly<Record<string, unknown>> | undefined;
}

/** Names stand in file names, keys of the ledger and commands. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;
export const NAME_RULE =
  "a name begins with a letter or digit and goes on with letters, digits, '_', '-' and '.', at most 100 in all";

export function isName(name: string): boolean {
  return NAME.test(name);
}

export const connectionSchema: z.ZodType<ConnectionText> = section(
  "Connection",
  {
    type: required(
      choice(["sqlite", "files"], ["postgres", "mysql", "s3", "gcs", "azure", "http", "jetstream"]),
      "sqlite: a database file. files: a folder.",
    ),
    path: optional(text(), "The database file, or the folder; relative to this file."),
    path_env: optional(variableName(), "Environment variable that holds the path, in place of path."),
    path_file: optional(text(), "File that holds the path, in place of path."),
  },
  { later: ["url", "url_env", "url_file", "host", "port", "user", "password", "tls"] },
);

/** Values of `connections` and `pipelines` are checked by the caller while reading, one by one. */
export function mainFileSchema(connection: z.ZodType, pipeline: z.ZodType): z.ZodType<MainFileText> {
  return section(
    "Tidemark project",
    {
      project: required(text().regex(NAME, NAME_RULE), "Name of the project."),
      state: optional(
        text(),
        "Folder that holds the ledger and what is in flight; relative to this file.",
        "./.tidemark",
      ),
      include: optional(
        textOrList(),
        "File, or pattern such as ./pipelines/*.yaml, or a list of them, with more connections and pipelines.",
      ),
      defaults: optional(defaultsSchema, "What pipelines use where they say nothing themselves."),
      ...namedSections(connection, pipeline),
    },
    { later: ["streams", "tenants", "sagas", "effects", "workflow", "server", "notify"] },
  );
}

export interface IncludedFileText {
  readonly connections?: Readonly<Record<string, unknown>> | undefined;
  readonly pipelines?: Readonly<Record<string, unknown>> | undefined;
}

export function includedFileSchema(connection: z.ZodType, pipeline: z.ZodType): z.ZodType<IncludedFileText> {
  return section("Included file", namedSections(connection, pipeline), {
    later: ["sagas", "effects"],
    elsewhere: { keys: ["project", "state", "include", "defaults"], reason: "belongs into the main file" },
  });
}

function namedSections(
  connection: z.ZodType,
  pipeline: z.ZodType,
): { connections: z.ZodOptional<z.ZodRecord>; pipelines: z.ZodOptional<z.ZodRecord> } {
  return {
    connections: optional(
      z.record(z.string(), connection),
      "Places data is read from and written to, by name.",
    ),
    pipelines: optional(z.record(z.string(), pipeline), "What moves from where to where, by name."),
  };
}
