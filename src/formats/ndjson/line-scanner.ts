/**
 * Cuts one NDJSON line into the members of its object, on bytes, without copying. The scanner is reused: after `scan`
 * its arrays say, for each known member, what kind of value the line has and where. Members mostly come in the same
 * order from line to line, so the next expected key is compared first and strings are only made when that fails.
 */
import { Buffer } from "node:buffer";
import { scanJsonString, scanJsonValue, skipJsonBlanks } from "../../columns/cast/scan-json.ts";

export type MemberKind = "absent" | "null" | "string" | "escaped" | "number" | "bool" | "nested";

export interface LineProblem {
  readonly rule: "syntax" | "unexpected_field";
  readonly column: string | null;
  readonly message: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const COLON = 0x3a;
const COMMA = 0x2c;

export class LineScanner {
  /** by member index */
  readonly kinds: MemberKind[];
  /** strings: without their quotes */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** the member whose value was being scanned when `scan` ended; -1 none */
  current = -1;
  readonly #names: readonly string[];
  readonly #keys: readonly Uint8Array[];
  readonly #indexes: ReadonlyMap<string, number>;
  #expected = 0;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#keys = names.map((name) => Buffer.from(JSON.stringify(name)));
    this.#indexes = new Map(names.map((name, index) => [name, index]));
    this.kinds = names.map(() => "absent");
    this.starts = new Int32Array(names.length);
    this.ends = new Int32Array(names.length);
  }

  /** Scans the line `bytes[start, end)`, its line end excluded; null when it is an object of known members. */
  scan(bytes: Uint8Array, start: number, end: number): LineProblem | null {
    this.kinds.fill("absent");
    this.current = -1;
    this.#expected = 0;
    let at = skipJsonBlanks(bytes, start, end);
    if (at >= end || bytes[at] !== OPEN) return syntax("not a JSON object");
    at = skipJsonBlanks(bytes, at + 1, end);
    if (at < end && bytes[at] === CLOSE) return this.#endLine(bytes, at + 1, end);
    for (;;) {
      const member = this.#scanMember(bytes, at, end);
      if (typeof member !== "number") return member;
      at = skipJsonBlanks(bytes, member, end);
      const byte = at < end ? bytes[at] : 0;
      if (byte === CLOSE) return this.#endLine(bytes, at + 1, end);
      if (byte !== COMMA) return syntax(`not JSON at byte ${at - start} of the line`);
      at = skipJsonBlanks(bytes, at + 1, end);
    }
  }

  #endLine(bytes: Uint8Array, at: number, end: number): LineProblem | null {
    this.current = -1;
    return skipJsonBlanks(bytes, at, end) === end ? null : syntax("more than one JSON value in the line");
  }

  /** Position after the member, or what is wrong with it. */
  #scanMember(bytes: Uint8Array, start: number, end: number): number | LineProblem {
    const keyEnd = scanJsonString(bytes, start, end);
    if (keyEnd < 0) return syntax("a member name is not a JSON string");
    const index = this.#memberOf(bytes, start, keyEnd);
    const colon = skipJsonBlanks(bytes, keyEnd, end);
    if (colon >= end || bytes[colon] !== COLON) return syntax("a member has no value");
    if (typeof index === "string") {
      this.current = -1;
      const message = `member '${index}' is not among the columns; declare it`;
      return { rule: "unexpected_field", column: null, message };
    }
    this.current = index;
    const name = this.#names[index] ?? "";
    if (this.kinds[index] !== "absent") return syntax(`member '${name}' appears twice`, name);
    const valueStart = skipJsonBlanks(bytes, colon + 1, end);
    const valueEnd = scanJsonValue(bytes, valueStart, end);
    if (valueEnd < 0) return syntax(`the value of '${name}' is not JSON`, name);
    this.#note(bytes, index, valueStart, valueEnd);
    return valueEnd;
  }

  #note(bytes: Uint8Array, index: number, start: number, end: number): void {
    const isString = bytes[start] === QUOTE;
    this.starts[index] = isString ? start + 1 : start;
    this.ends[index] = isString ? end - 1 : end;
    this.kinds[index] = kindOf(bytes, start, end);
  }

  /** Index of the key in quotes at `start`; its text when it is not known. */
  #memberOf(bytes: Uint8Array, start: number, end: number): number | string {
    const expected = this.#expected;
    const key = this.#keys[expected];
    if (key !== undefined && equalAt(bytes, start, end, key)) {
      this.#expected = expected + 1;
      return expected;
    }
    const name = String(JSON.parse(Buffer.from(bytes.subarray(start, end)).toString("utf8")));
    const index = this.#indexes.get(name);
    if (index === undefined) return name;
    this.#expected = index + 1;
    return index;
  }
}

function kindOf(bytes: Uint8Array, start: number, end: number): MemberKind {
  switch (bytes[start] ?? 0) {
    case QUOTE:
      for (let at = start + 1; at < end - 1; at += 1) if (bytes[at] === BACKSLASH) return "escaped";
      return "string";
    case OPEN:
    case 0x5b:
      return "nested";
    case 0x74:
    case 0x66:
      return "bool";
    case 0x6e:
      return "null";
    default:
      return "number";
  }
}

function equalAt(bytes: Uint8Array, start: number, end: number, key: Uint8Array): boolean {
  if (end - start !== key.length) return false;
  for (let index = 0; index < key.length; index += 1) if (bytes[start + index] !== key[index]) return false;
  return true;
}

function syntax(message: string, column: string | null = null): LineProblem {
  return { rule: "syntax", column, message };
}
