/**
 * The columns of all files of a source as one list. Files must have the same columns by name, in any order, and the same
 * types where none is declared; declared types overrule, where a cast exists. Anything else is an error that names both
 * files, before a row is read.
 */
import { compileCast } from "../../../columns/cast/compile-cast.ts";
import { equalTypes, formatLogicalType, type LogicalType } from "../../../columns/logical-type.ts";
import { didYouMean } from "../../../core/did-you-mean.ts";
import { TidemarkError } from "../../../core/errors.ts";
import type { ColumnDeclaration, FilesSourceDefinition } from "../../../pipeline/definition.ts";
import type { ColumnDescription } from "../../source-port.ts";
import { declaredType, type FileShape } from "./inspect-file.ts";

export function agreeColumns(
  definition: FilesSourceDefinition,
  shapes: readonly FileShape[],
): readonly ColumnDescription[] {
  const reference = shapes.find((shape) => shape.columns !== null);
  const columns = reference?.columns;
  if (reference === undefined || columns === null || columns === undefined)
    return columnsOfNothing(definition, shapes);
  for (const shape of shapes) if (shape.columns !== null) assertAgree(definition, reference, shape);
  assertDeclaredExist(
    definition,
    columns.map(({ field }) => field.name),
  );
  return columns.map((column) => declare(definition, column, nullableAnywhere(shapes, column.field.name)));
}

/** Members of NDJSON lines: those seen in samples, then declared ones no sample has. */
export function memberColumns(
  definition: FilesSourceDefinition,
  seen: ReadonlyMap<string, LogicalType>,
  shapes: readonly FileShape[],
): readonly ColumnDescription[] {
  const names = [...new Set([...seen.keys(), ...Object.keys(definition.columns)])];
  if (names.length === 0) return columnsOfNothing(definition, shapes);
  return names.map((name) => {
    const declared = declarationOf(definition, name);
    const guessed = seen.get(name) ?? { kind: "text" };
    const field = { name, type: declared?.type ?? guessed, nullable: declared?.nullable ?? true };
    return { field, nativeType: "json member" };
  });
}

/** Every file is empty: only declared columns can say what the table would be. */
function columnsOfNothing(
  definition: FilesSourceDefinition,
  shapes: readonly FileShape[],
): readonly ColumnDescription[] {
  const declared = Object.entries(definition.columns);
  if (declared.length === 0 || (definition.format === "csv" && definition.csv.header)) {
    const file = shapes[0]?.listed.path ?? definition.path;
    const reason =
      definition.format === "csv" ? "empty file: no header line" : "empty file: no line to find columns in";
    throw new TidemarkError("FORMAT_CORRUPT", { file, reason });
  }
  return declared.map(([name, { type, nullable }]) => ({
    field: { name, type, nullable },
    nativeType: "text",
  }));
}

function assertAgree(definition: FilesSourceDefinition, reference: FileShape, shape: FileShape): void {
  const disagree = (reason: string): TidemarkError => {
    const [file, other] = [shape.listed.path, reference.listed.path];
    return new TidemarkError("SOURCE_FILES_DISAGREE", { file, other, reason });
  };
  const there = new Map((reference.columns ?? []).map((column) => [column.field.name, column]));
  const here = new Map((shape.columns ?? []).map((column) => [column.field.name, column]));
  for (const name of there.keys())
    if (!here.has(name)) throw disagree(`column ${name} is missing in the first`);
  for (const [name, { field }] of here) {
    const wanted = there.get(name)?.field;
    if (wanted === undefined) throw disagree(`column ${name} is missing in the second`);
    if (declaredType(definition, name) !== undefined || equalTypes(wanted.type, field.type)) continue;
    const types = `${formatLogicalType(field.type)} against ${formatLogicalType(wanted.type)}`;
    throw disagree(`column ${name} is ${types}; declare its type under columns`);
  }
}

function assertDeclaredExist(definition: FilesSourceDefinition, names: readonly string[]): void {
  for (const name of Object.keys(definition.columns)) {
    if (names.includes(name)) continue;
    const details = { where: definition.path, column: name, hint: didYouMean(name, names) };
    throw new TidemarkError("SOURCE_NO_COLUMN", details);
  }
}

function nullableAnywhere(shapes: readonly FileShape[], name: string): boolean {
  return shapes.some(
    ({ columns }) => columns?.some(({ field }) => field.name === name && field.nullable) ?? false,
  );
}

function declare(
  definition: FilesSourceDefinition,
  { field, nativeType }: ColumnDescription,
  nullable: boolean,
): ColumnDescription {
  const declared = declarationOf(definition, field.name);
  if (declared === undefined) return { field: { ...field, nullable }, nativeType };
  assertCast(definition.path, field.name, { from: field.type, to: declared.type });
  return { field: { name: field.name, type: declared.type, nullable: declared.nullable }, nativeType };
}

function assertCast(
  where: string,
  column: string,
  { from, to }: { readonly from: LogicalType; readonly to: LogicalType },
): void {
  try {
    compileCast(from, to);
  } catch (cause) {
    const details = { where, column, native: formatLogicalType(from), type: formatLogicalType(to) };
    throw new TidemarkError("SOURCE_BAD_TYPE", details, { cause });
  }
}

function declarationOf(definition: FilesSourceDefinition, name: string): ColumnDeclaration | undefined {
  return Object.hasOwn(definition.columns, name) ? definition.columns[name] : undefined;
}
