/**
 * The first `tidemark.yaml` of a project, for `init`: commented, with the schema line that editors read, filled from what
 * was found. It loads again as it is; whatever names tables and columns have.
 */
import { formatLogicalType, type LogicalType } from "../columns/logical-type.ts";
import type { ConnectionDefinition, FileFormat } from "../pipeline/definition.ts";
import { isName } from "./project-schema.ts";

export interface StarterColumn {
  readonly name: string;
  readonly type: LogicalType;
}

/** Something that can be read: a table, or files below a folder. */
export type StarterSource = {
  readonly connection: string;
  readonly columns: readonly StarterColumn[];
} & (
  | { readonly table: string; readonly key?: readonly string[] }
  | { readonly path: string; readonly format: FileFormat }
);

export interface StarterRequest {
  readonly project: string;
  /** paths as they shall be written, relative to the file */
  readonly connections: readonly ConnectionDefinition[];
  readonly sources: readonly StarterSource[];
}

export const SCHEMA_LINE = "# yaml-language-server: $schema=./.tidemark/schema.json";

export function renderStarterConfig(request: StarterRequest): string {
  const sink = sinkConnection(request.connections);
  return [
    SCHEMA_LINE,
    "# What this project moves from where to where. All keys: docs/guides/configuration.md; check with: tidemark check",
    "",
    `project: ${value(isName(request.project) ? request.project : nameFrom(request.project))}`,
    "# state: ./.tidemark            # the ledger and what is in flight",
    "# include: ./pipelines/*.yaml   # more connections and pipelines",
    "",
    "# Paths are relative to this file. A value may hold variables: ${NAME}, ${NAME:-default}, ${NAME:?message}.",
    "connections:",
    ...[...request.connections, sink].map(
      ({ name, type, path }) => `  ${name}: { type: ${type}, path: ${value(path)} }`,
    ),
    "",
    "# What every pipeline uses where it says nothing itself; these are the defaults.",
    "# defaults: { retries: { attempts: 3, base: 100ms, cap: 5s }, readers: 2, maxValueBytes: 16MB }",
    "",
    ...pipelineLines(request.sources, sink.name),
    "",
  ].join("\n");
}

/** A folder to write to, apart from every place that is read. */
function sinkConnection(connections: readonly ConnectionDefinition[]): ConnectionDefinition {
  const names = new Set(connections.map(({ name }) => name));
  const name = ["lake", "out", "tidemark-out"].find((free) => !names.has(free)) ?? "tidemark-output";
  return { type: "files", name, path: `./${name}` };
}

function pipelineLines(sources: readonly StarterSource[], sink: string): readonly string[] {
  if (sources.length === 0) return EXAMPLE;
  const taken = new Set<string>();
  return [
    "# The columns found stand in the comments; declare another type with columns: { name: type }.",
    "pipelines:",
    ...sources.flatMap((source) => onePipeline(freeName(source, taken), source, sink)),
  ];
}

const EXAMPLE: readonly string[] = [
  "# Nothing to read was found here. A pipeline looks like this:",
  "#   orders:",
  "#     source: { from: shop, table: orders }",
  '#     sink: { to: lake, path: "orders/{date}" }',
  "pipelines: {}",
];

function onePipeline(name: string, source: StarterSource, sink: string): readonly string[] {
  return [
    `  ${name}:`,
    `    # ${columnsComment(source.columns)}`,
    `    source: { from: ${source.connection}, ${sourceWords(source)} }`,
    "    # transform:",
    "    #   - select: [a, b]",
    "    #   - rename: { a: c }",
    "    #   - cast: { c: decimal(12,2) }",
    "    # onError: { action: quarantine, stopAfter: { share: 1%, count: 1000 } }",
    `    sink: { to: ${sink}, path: ${value(name)}, format: parquet, mode: replace }`,
  ];
}

function sourceWords(source: StarterSource): string {
  if ("path" in source) return `path: ${value(source.path)}, format: ${source.format}`;
  const key = source.key ?? [];
  return `table: ${value(source.table)}${key.length === 0 ? "" : `, key: [${key.map(value).join(", ")}]`}`;
}

const COLUMNS_SHOWN = 12;

function columnsComment(columns: readonly StarterColumn[]): string {
  const shown = columns
    .slice(0, COLUMNS_SHOWN)
    .map(({ name, type }) => `${value(name)} ${formatLogicalType(type)}`);
  const more = columns.length - shown.length;
  return `${columns.length} columns: ${shown.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}

function freeName(source: StarterSource, taken: Set<string>): string {
  const base = nameFrom("table" in source ? source.table : stem(source.path));
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}-${number}`;
  taken.add(name);
  return name;
}

/** `in/flights-*.csv` -> `flights`; a pattern without a name of its own -> its folder's. */
function stem(path: string): string {
  const words = path
    .split("/")
    .map((segment) => segment.replace(/\.[^.]*$/, "").replaceAll(/[^A-Za-z0-9]+/g, "-"))
    .map((segment) => segment.replaceAll(/^-+|-+$/g, ""));
  return words.findLast((word) => word !== "") ?? "files";
}

function nameFrom(text: string): string {
  const name = text
    .replaceAll(/[^A-Za-z0-9_.-]+/g, "_")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 80);
  return name === "" ? "data" : name;
}

const PLAIN = /^(?:\.{0,2}\/)?[A-Za-z_][A-Za-z0-9_./-]*$/;
const RESERVED = /^(?:null|true|false|\.?inf|\.nan)$/i;

/** As YAML reads it back: plain where that is safe, else in double quotes; `$` doubled, as variables are expanded. */
function value(text: string): string {
  if (PLAIN.test(text) && !RESERVED.test(text)) return text;
  const escaped = JSON.stringify(text.replaceAll("$", "$$$$"));
  return escaped.replaceAll(/[\u007f-\uffff]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return /[\p{L}\p{N}]/u.test(character)
    ? character
    : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
