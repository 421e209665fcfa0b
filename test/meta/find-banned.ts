/**
 * Finds what the house does not use, on the syntax tree, so that comments and strings may speak of it. A finding is
 * `rule` with its place. What is banned, and where it is allowed all the same, stands in `BANS`.
 */
import ts from "typescript";
import type { SourceFile } from "./source-files.ts";

export interface Finding {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
}

interface Ban {
  readonly rule: string;
  /** files in which it is allowed */
  readonly allowedIn?: RegExp;
  readonly matches: (node: ts.Node) => boolean;
}

const CORE = /^src\/core\//;
const CLI = /^src\/cli\//;
/** Not setImmediate: it gives way to other work, and no time passes. */
const TIMERS = new Set(["setTimeout", "setInterval"]);
const ERROR_CLASSES = new Set(["Error", "TypeError", "RangeError", "SyntaxError", "AggregateError"]);

const BANS: readonly Ban[] = [
  { rule: "Date.now", allowedIn: CORE, matches: isMember("Date", "now") },
  { rule: "new Date()", allowedIn: CORE, matches: isNow },
  { rule: "Math.random", allowedIn: CORE, matches: isMember("Math", "random") },
  { rule: "performance.now", allowedIn: CORE, matches: isMember("performance", "now") },
  { rule: "process.hrtime", allowedIn: CORE, matches: isMember("process", "hrtime") },
  { rule: "timer", allowedIn: CORE, matches: isTimer },
  { rule: "new Error", allowedIn: CORE, matches: isErrorMade },
  { rule: "console", allowedIn: CLI, matches: isConsole },
  // The fault injector ends threads; only the command line ends the process.
  {
    rule: "process.exit",
    allowedIn: /^src\/(cli\/|core\/fault-point\.ts$)/,
    matches: isMember("process", "exit"),
  },
  { rule: "any", matches: (node) => node.kind === ts.SyntaxKind.AnyKeyword },
  { rule: "non-null assertion", matches: ts.isNonNullExpression },
  { rule: "enum", matches: ts.isEnumDeclaration },
  { rule: "namespace", matches: (node) => ts.isModuleDeclaration(node) && ts.isIdentifier(node.name) },
  { rule: "default export", matches: isDefaultExport },
];

const KIND_NAMES = /(^|\/)(types?|utils?|helpers?|common|managers?)\.ts$|-(utils?|helpers?|manager)\.ts$/;
const UNFINISHED = /\b(TODO|FIXME|XXX|HACK)\b/;

/** What production code must not hold. */
export function findBanned(file: SourceFile): readonly Finding[] {
  const { path } = file;
  const named = KIND_NAMES.test(path) ? [{ rule: "file named by kind", path, line: 1 }] : [];
  return [...named, ...findUnfinished(file), ...findNodes(file, BANS)];
}

/** What no test may hold: it would turn other tests off, or itself, without a word. `skipLoudly` says so and fails in CI. */
export function findSilenced(file: SourceFile): readonly Finding[] {
  return [
    ...findUnfinished(file),
    ...findNodes(file, [{ rule: "silenced test", allowedIn: LOUD, matches: isSilenced }]),
  ];
}

function findNodes({ path, text }: SourceFile, bans: readonly Ban[]): Finding[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2024, true);
  const applying = bans.filter(({ allowedIn }) => allowedIn?.test(path) !== true);
  const findings: Finding[] = [];
  const visit = (node: ts.Node): void => {
    for (const { rule, matches } of applying) {
      if (matches(node)) findings.push({ rule, path, line: lineOf(source, node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return findings;
}

function findUnfinished({ path, text }: SourceFile): Finding[] {
  return text.split("\n").flatMap((line, index) => {
    return UNFINISHED.test(line) ? [{ rule: "unfinished", path, line: index + 1 }] : [];
  });
}

function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

function isMember(object: string, member: string): (node: ts.Node) => boolean {
  return (node) =>
    ts.isPropertyAccessExpression(node) && isName(node.expression, object) && node.name.text === member;
}

function isNow(node: ts.Node): boolean {
  return ts.isNewExpression(node) && isName(node.expression, "Date") && (node.arguments ?? []).length === 0;
}

/** The global timers when called, and the modules that give them under other names. */
function isTimer(node: ts.Node): boolean {
  if (ts.isCallExpression(node)) return ts.isIdentifier(node.expression) && TIMERS.has(node.expression.text);
  if (!ts.isImportDeclaration(node) || !/^["'](node:)?timers/.test(node.moduleSpecifier.getText()))
    return false;
  return node.importClause?.getText() !== "{ setImmediate }";
}

function isErrorMade(node: ts.Node): boolean {
  const isMade = ts.isNewExpression(node) || ts.isCallExpression(node);
  return isMade && ts.isIdentifier(node.expression) && ERROR_CLASSES.has(node.expression.text);
}

function isConsole(node: ts.Node): boolean {
  return ts.isPropertyAccessExpression(node) && isName(node.expression, "console");
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === "default";
  return node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent);
}

/** The one way to leave a test out. */
const LOUD = /^test\/support\/skip-loudly[.]ts$/;
const SUITES = new Set(["it", "test", "describe"]);
const SILENCERS = new Set(["only", "skip", "todo", "skipIf", "runIf", "fails"]);

/** `it.only`, `describe.skipIf`, and what hangs on them; a test context's own `skip()` too. */
function isSilenced(node: ts.Node): boolean {
  if (!ts.isPropertyAccessExpression(node) || !SILENCERS.has(node.name.text)) return false;
  const root = rootOf(node.expression);
  return SUITES.has(root) || /^(ctx|context)$/.test(root);
}

function rootOf(node: ts.Expression): string {
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) return rootOf(node.expression);
  return node.getText();
}

function isName(node: ts.Expression, name: string): boolean {
  if (ts.isIdentifier(node)) return node.text === name;
  return (
    ts.isPropertyAccessExpression(node) && isName(node.expression, "globalThis") && node.name.text === name
  );
}
