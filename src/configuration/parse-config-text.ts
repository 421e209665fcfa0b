/**
 * YAML text to a value whose every part knows its line and column. One document a file; what YAML itself refuses is
 * said in plain words, the first problem only, as the others mostly follow from it.
 */
import { dirname } from "node:path";
import { type Document, LineCounter, type Node, parseAllDocuments } from "yaml";
import { messageOf, TidemarkError, toTidemarkError } from "../core/errors.ts";
import type { ConfigFile, Place } from "./entry.ts";
import type { Environment } from "./expand-variables.ts";
import { locateValues } from "./locate-values.ts";
import { holdsMasks, maskForYaml, unmask } from "./mask-for-yaml.ts";
import type { Problems } from "./problems.ts";
import type { FileName } from "./read-config-text.ts";

export interface ConfigText extends FileName {
  readonly text: string;
}

export interface Surroundings {
  readonly env: Environment;
  readonly problems: Problems;
}

/** Reports CONFIG_SYNTAX, CONFIG_DUPLICATE, CONFIG_UNSET_VARIABLE; undefined when nothing could be read. */
export function parseConfigText(source: ConfigText, around: Surroundings): ConfigFile | undefined {
  const syntaxError = (place: Place, reason: string): undefined => {
    const details = { path: source.shown, line: place.line, column: place.column, reason };
    around.problems.add(new TidemarkError("CONFIG_SYNTAX", details), source.path);
  };
  const lines = new LineCounter();
  const parsed = parseOneDocument(source.text, lines);
  if ("reason" in parsed) return syntaxError(parsed.place, parsed.reason);
  const file = { path: source.path, shown: source.shown, folder: dirname(source.path) };
  try {
    return locateValues(parsed.contents, { ...around, lines, file });
  } catch (error) {
    around.problems.add(toTidemarkError(error), source.path);
    return undefined;
  }
}

type ParsedText = { readonly contents: Node } | { readonly place: Place; readonly reason: string };

const START: Place = { line: 1, column: 1 };

function parseOneDocument(text: string, lines: LineCounter): ParsedText {
  if (holdsMasks(text)) return { place: START, reason: "it holds Unicode noncharacters (U+FDD0 to U+FDD6)" };
  const documents = parseDocuments(text, lines);
  if (typeof documents === "string") return { place: START, reason: documents };
  const [document, second] = documents;
  if (document === undefined || document.contents === null)
    return { place: START, reason: "it is empty: no settings are written here" };
  const problem = document.errors[0] ?? document.warnings[0] ?? second?.errors[0];
  if (problem !== undefined) {
    const place = placeAt(lines, problem.pos[0]);
    return { place, reason: plainWords(problem, lineAt(text, lines, place.line)) };
  }
  if (second !== undefined)
    return {
      place: placeAt(lines, second.range?.[0] ?? 0),
      reason: "a second document begins here (---); a file holds one",
    };
  return { contents: document.contents };
}

function parseDocuments(text: string, lines: LineCounter): readonly Document[] | string {
  try {
    const settings = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, keepSourceTokens: false };
    return [...parseAllDocuments(maskForYaml(text), settings)] as Document[];
  } catch (error) {
    return `this is not YAML: ${messageOf(error)}`;
  }
}

function plainWords(problem: { readonly code: string; readonly message: string }, line: string): string {
  if (problem.code === "TAB_AS_INDENT" || /^ *\t/.test(line))
    return "this line is indented with a tab; YAML wants spaces";
  if (problem.code === "RESOURCE_EXHAUSTION") return "values are nested too deeply";
  const said = unmask(problem.message);
  return `not valid YAML: ${said.charAt(0).toLowerCase()}${said.slice(1)}`;
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function lineAt(text: string, lines: LineCounter, line: number): string {
  return text.slice(lines.lineStarts[line - 1] ?? 0, lines.lineStarts[line] ?? text.length);
}
