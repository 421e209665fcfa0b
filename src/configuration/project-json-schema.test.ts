import { describe, expect, it } from "vitest";
import { includedFileJsonSchema, type JsonSchema, projectJsonSchema } from "./project-json-schema.ts";

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null;
}

/** Every property of every object schema, with the path that leads to it. */
function* propertiesOf(schema: unknown, path: string): Generator<readonly [string, JsonSchema]> {
  if (!isSchema(schema)) return;
  const properties = schema["properties"];
  if (isSchema(properties))
    for (const [name, property] of Object.entries(properties))
      if (isSchema(property)) yield [`${path}.${name}`, property];
  for (const [key, inner] of Object.entries(schema))
    yield* propertiesOf(inner, key === "properties" ? path : `${path}/${key}`);
}

describe("the JSON Schema", () => {
  it.each([
    ["of the main file", projectJsonSchema()],
    ["of included files", includedFileJsonSchema()],
  ])("%s describes every key", (_, schema) => {
    const properties = [...propertiesOf(schema, "")];
    expect(properties.length).toBeGreaterThan(40);
    const undescribed = properties.filter(([, property]) => typeof property["description"] !== "string");
    expect(undescribed.map(([path]) => path)).toEqual([]);
  });

  it("is closed: it allows no keys but those it lists", () => {
    const open = [...sectionsOf(projectJsonSchema())].filter(
      (schema) => schema["additionalProperties"] !== false,
    );
    expect(open).toEqual([]);
  });

  it("says what is required and what stands where nothing is written", () => {
    const schema = projectJsonSchema();
    expect(schema["$schema"]).toBe("http://json-schema.org/draft-07/schema#");
    expect(schema["required"]).toEqual(["project"]);
    expect(schema).toMatchObject({
      properties: {
        state: { default: "./.tidemark" },
        defaults: { properties: { readers: { default: 2 }, maxValueBytes: { default: "16MB" } } },
        pipelines: { additionalProperties: { required: ["source", "sink"] } },
      },
    });
  });
});

function* sectionsOf(schema: unknown): Generator<JsonSchema> {
  if (!isSchema(schema)) return;
  if (isSchema(schema["properties"])) yield schema;
  for (const inner of Object.values(schema)) yield* sectionsOf(inner);
}
