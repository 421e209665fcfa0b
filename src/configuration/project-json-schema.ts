/**
 * The JSON Schema of `tidemark.yaml` for editors (draft 7, which their YAML support reads best), made from the schemas
 * that also read the file, with every description and default.
 */
import { z } from "zod";
import { pipelineSchema } from "./pipeline-schema.ts";
import { connectionSchema, includedFileSchema, mainFileSchema } from "./project-schema.ts";
import { filesSinkSchema, sqliteSinkSchema } from "./sink-schemas.ts";
import { filesSourceSchema, sqliteSourceSchema } from "./source-schemas.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Describes the main file. */
export function projectJsonSchema(): JsonSchema {
  return toJson(mainFileSchema(connectionSchema, wholePipeline()));
}

/** Describes an included file. */
export function includedFileJsonSchema(): JsonSchema {
  return toJson(includedFileSchema(connectionSchema, wholePipeline()));
}

function wholePipeline(): z.ZodType {
  return pipelineSchema(
    z.union([sqliteSourceSchema, filesSourceSchema]),
    z.union([sqliteSinkSchema, filesSinkSchema]),
  );
}

function toJson(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input", target: "draft-7", override: nameDefault });
}

/** zod drops `default` where text is turned into a number; under a name of its own it stays. */
function nameDefault({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }): void {
  if (!("standard" in jsonSchema)) return;
  jsonSchema["default"] = jsonSchema["standard"];
  delete jsonSchema["standard"];
}
