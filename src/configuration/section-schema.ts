/**
 * Sections: mappings of known keys. Every key has a description (and a default, where it has one), which editors show
 * through the JSON Schema. Keys that are specified but not built yet are known too, so that they are not called unknown.
 */
import { z } from "zod";
import { arrivesLater } from "./value-schemas.ts";

export interface RefusedKeys {
  /** specified, but not built yet */
  readonly later?: readonly string[];
  /** keys of another kind of section, and what is said of them here */
  readonly elsewhere?: { readonly keys: readonly string[]; readonly reason: string };
}

const refusedKeys: z.core.$ZodRegistry<RefusedKeys> = z.registry();

export function section<Shape extends z.core.$ZodLooseShape>(
  title: string,
  shape: Shape,
  refused: RefusedKeys = {},
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape).meta({ title }).register(refusedKeys, refused);
}

/** Why a key that is known, but not to this section, is refused; undefined for an unknown one. */
export function refusalOf(schema: z.ZodObject, key: string): string | undefined {
  const { later, elsewhere } = refusedKeys.get(schema) ?? {};
  if (later?.includes(key) === true) return arrivesLater(`'${key}'`);
  return elsewhere?.keys.includes(key) === true ? elsewhere.reason : undefined;
}

export function required<T extends z.ZodType>(schema: T, description: string): T {
  return schema.meta({ description });
}

/** `standard` is shown to people as the default; it is applied where definitions are made. */
export function optional<T extends z.ZodType>(
  schema: T,
  description: string,
  standard?: string | number | boolean,
): z.ZodOptional<T> {
  return schema.optional().meta(standard === undefined ? { description } : { description, standard });
}

/** The section at `path` below `schema`, or undefined when the path does not lead to one. */
export function sectionAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.ZodObject | undefined {
  const plain = unwrap(schema);
  const [step, ...rest] = path;
  if (plain instanceof z.ZodUnion) {
    const found = plain.options.map((option) => sectionAt(option, path));
    return found.find((section_) => section_ !== undefined);
  }
  if (step === undefined) return plain instanceof z.ZodObject ? plain : undefined;
  if (plain instanceof z.ZodArray) return sectionAt(plain.element, rest);
  if (plain instanceof z.ZodRecord) return sectionAt(plain.valueType, rest);
  const below = plain instanceof z.ZodObject ? plain.shape[String(step)] : undefined;
  return below === undefined ? undefined : sectionAt(below, rest);
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unwrap(schema.unwrap());
  return schema instanceof z.ZodPipe ? unwrap(schema.in) : schema;
}
