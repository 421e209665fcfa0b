/**
 * Guesses the columns of an NDJSON file from its first lines: the union of their members in order of first sight.
 * Whole numbers are int64 (decimal(38,0) beyond), other numbers float64 where doubles hold them and text where not,
 * strings text, true and false bool, objects and arrays json. Members of several kinds are text, or json when one is
 * nested. What later lines hold is checked against this: a guess can refuse a row, never change a value.
 */
import { isExactNumber } from "../../core/exact-number.ts";
import type { LogicalType } from "../../columns/logical-type.ts";
import type { ByteWindow } from "../byte-window.ts";

/** Lines that are looked at. */
const SAMPLE_LINES = 1000;

type Seen = "int" | "bigInt" | "float" | "inexact" | "text" | "bool" | "json";

export class MemberGuess {
  readonly #seen = new Map<string, Set<Seen>>();

  /** Looks at the first lines that the window can hold; lines that are no JSON object are left to the reader. */
  sample(window: ByteWindow): void {
    while (!window.full && window.more());
    let start = window.start;
    for (let count = 0; count < SAMPLE_LINES && start < window.end; count += 1) {
      const found = window.buffer.subarray(start, window.end).indexOf(0x0a);
      if (found < 0 && !window.ended) return;
      const end = found < 0 ? window.end : start + found;
      this.#look(window.buffer.toString("utf8", start, end));
      start = end + 1;
    }
  }

  types(): ReadonlyMap<string, LogicalType> {
    return new Map([...this.#seen].map(([name, seen]) => [name, typeOf(seen)]));
  }

  #look(line: string): void {
    try {
      const value: unknown = JSON.parse(line, (_key, part, context?: { readonly source?: string }) =>
        typeof part === "number" ? new NumberSource(context?.source ?? String(part)) : part,
      );
      if (typeof value !== "object" || value === null || Array.isArray(value)) return;
      for (const [name, part] of Object.entries(value)) this.#note(name, kindOf(part));
    } catch {
      // The reader refuses this line with its place.
    }
  }

  #note(name: string, kind: Seen | "null"): void {
    const seen = this.#seen.get(name) ?? new Set();
    if (kind !== "null") seen.add(kind);
    this.#seen.set(name, seen);
  }
}

/** A number's own digits, which a double may not hold. */
class NumberSource {
  readonly literal: string;

  constructor(literal: string) {
    this.literal = literal;
  }
}

function kindOf(value: unknown): Seen | "null" {
  if (value === null) return "null";
  if (value instanceof NumberSource) return numberKind(value.literal);
  if (typeof value === "string") return "text";
  return typeof value === "boolean" ? "bool" : "json";
}

const INT64_MAX = 9_223_372_036_854_775_807n;

function numberKind(literal: string): Seen {
  if (/^-?\d{1,38}$/.test(literal)) {
    const value = BigInt(literal);
    return value <= INT64_MAX && value >= -INT64_MAX - 1n ? "int" : "bigInt";
  }
  const value = Number(literal);
  return Number.isFinite(value) && isExactNumber(literal, value) ? "float" : "inexact";
}

function typeOf(seen: ReadonlySet<Seen>): LogicalType {
  if (seen.has("json")) return { kind: "json" };
  const only = (...kinds: readonly Seen[]): boolean =>
    seen.size > 0 && [...seen].every((kind) => kinds.includes(kind));
  if (only("bool")) return { kind: "bool" };
  if (only("int")) return { kind: "int", bits: 64, signed: true };
  if (only("int", "bigInt")) return { kind: "decimal", precision: 38, scale: 0 };
  if (only("int", "float")) return { kind: "float", bits: 64 };
  return { kind: "text" };
}
