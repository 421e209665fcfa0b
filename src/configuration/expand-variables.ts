/**
 * `${NAME}`, `${NAME:-default}`, `${NAME:?message}` and `$$` within one text. A default may hold further variables; what
 * a variable holds is never expanded again. `:-` and `:?` treat an empty variable as unset, as shells do. A `$` before
 * anything else stands for itself.
 */
import type { HiddenText } from "../pipeline/definition.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export type Expansion =
  | Expanded
  | { readonly kind: "unset"; readonly variable: string; readonly message: string }
  | { readonly kind: "malformed"; readonly reason: string };

export interface Expanded {
  readonly kind: "expanded";
  readonly text: string;
  /** the text with `${NAME}` for every value that a variable gave; defaults are no secrets and stand as they are */
  readonly shown: string;
  readonly values: readonly HiddenText[];
  /** whether anything was written as a variable */
  readonly variables: boolean;
}

const FORMS = "write ${NAME}, ${NAME:-default} or ${NAME:?message}, and $$ for a dollar sign";
/** Characters of a malformed variable that are shown. */
const SHOWN_MAX = 60;
/** Defaults within defaults; deeper is a mistake. */
const NESTING_MAX = 10;

export function expandVariables(text: string, env: Environment, depth = 0): Expansion {
  let expanded = "";
  let shown = "";
  const values: HiddenText[] = [];
  let variables = false;
  let from = 0;
  for (let at = text.indexOf("$"); at >= 0; at = text.indexOf("$", from)) {
    expanded += text.slice(from, at);
    shown += text.slice(from, at);
    if (text[at + 1] !== "{") {
      expanded += "$";
      shown += "$";
      from = at + (text[at + 1] === "$" ? 2 : 1);
      continue;
    }
    const end = closingBrace(text, at + 2);
    if (end < 0) return { kind: "malformed", reason: `a \${ without its }; ${FORMS}` };
    const one = expandOne(text.slice(at + 2, end), env, depth);
    if (one.kind !== "expanded") return one;
    expanded += one.text;
    shown += one.shown;
    values.push(...one.values);
    variables = true;
    from = end + 1;
  }
  const rest = text.slice(from);
  return { kind: "expanded", text: expanded + rest, shown: shown + rest, values, variables };
}

function expandOne(inner: string, env: Environment, depth: number): Expansion {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:-|:\?)(.*))?$/s.exec(inner);
  if (match === null || depth > NESTING_MAX)
    return { kind: "malformed", reason: `\${${inner.slice(0, SHOWN_MAX)}} is not understood; ${FORMS}` };
  const [, variable = "", form, rest = ""] = match;
  const value = Object.hasOwn(env, variable) ? env[variable] : undefined;
  if (value !== undefined && (form === undefined || value !== "")) return expandedTo(value, variable);
  return form === ":-" ? expandVariables(rest, env, depth + 1) : { kind: "unset", variable, message: rest };
}

function expandedTo(value: string, variable: string): Expanded {
  const shown = `\${${variable}}`;
  return { kind: "expanded", text: value, shown, values: [{ value, shown }], variables: true };
}

function closingBrace(text: string, from: number): number {
  let open = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text.startsWith("${", at)) open += 1;
    if (text[at] === "}") open -= 1;
    if (open === 0) return at;
  }
  return -1;
}
