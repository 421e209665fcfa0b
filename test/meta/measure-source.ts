/** Measures a source file: its lines, and of each function its lines and positional parameters. */
import ts from "typescript";
import type { SourceFile } from "./source-files.ts";

export interface FunctionSize {
  /** `path: name`, where a function without a name has that of what it is given to */
  readonly where: string;
  readonly lineCount: number;
  readonly parameterCount: number;
}

export function countLines(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

export function measureFunctions({ path, text }: SourceFile): readonly FunctionSize[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2024, true);
  const sizes: FunctionSize[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined)
      sizes.push(measure(source, node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return sizes;
}

function measure(source: ts.SourceFile, node: ts.SignatureDeclaration): FunctionSize {
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  return {
    where: `${source.fileName}: ${nameOf(node)}`,
    lineCount: lineOf(node.getEnd()) - lineOf(node.getStart(source)) + 1,
    parameterCount: node.parameters.length,
  };
}

function nameOf(node: ts.Node): string {
  for (let current = node; !ts.isSourceFile(current); current = current.parent) {
    if (ts.isConstructorDeclaration(current)) return "constructor";
    if ("name" in current && isNode(current.name)) return current.name.getText();
  }
  return "(module)";
}

function isNode(value: unknown): value is ts.Node {
  return typeof value === "object" && value !== null && "getText" in value;
}
