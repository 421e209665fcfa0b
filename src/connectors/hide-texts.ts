/**
 * Keeps texts that came from the environment or from a `*_file` out of what a connector says: errors it throws (details and
 * causes) and the sentences it returns (warnings of a plan, findings, warnings of publishing) name them as `${NAME}`. Adapters
 * need not know of it; what they show on purpose (labels, statements) they take from the definition's shown forms. A part of
 * a hidden text in double quotes, as SQLite quotes what it stumbles over, is hidden too. Texts of fewer than 4 characters
 * are no secrets and would make messages unreadable: they stay.
 */
import { deserializeError, serializeError } from "../core/errors.ts";
import type { HiddenText } from "../pipeline/definition.ts";
import type { Sink, SinkWriter } from "./sink-port.ts";
import type { Source, SourceReader } from "./source-port.ts";

const HIDDEN_LENGTH_MIN = 4;

export function hideInSource(source: Source, hidden: readonly HiddenText[] = []): Source {
  const hide = hiderOf(hidden);
  if (hide === undefined) return source;
  return guard(source, hide, {
    plan: async () => {
      const plan = await source.plan();
      return { ...plan, warnings: plan.warnings.map((one) => hideMembers(one, hide)) };
    },
  });
}

export function hideInReader(reader: SourceReader, hidden: readonly HiddenText[] = []): SourceReader {
  const hide = hiderOf(hidden);
  return hide === undefined ? reader : guard(reader, hide, {});
}

export function hideInSink(sink: Sink, hidden: readonly HiddenText[] = []): Sink {
  const hide = hiderOf(hidden);
  if (hide === undefined) return sink;
  return guard(sink, hide, {
    verify: async (request) => (await sink.verify(request)).map((one) => hideMembers(one, hide)),
    publish: async (request) => (await sink.publish(request)).map((one) => hideMembers(one, hide)),
  });
}

/** For a function that opens writers. */
export function hideInWriters<A extends unknown[]>(
  open: (...args: A) => SinkWriter,
  hidden: readonly HiddenText[] = [],
): (...args: A) => SinkWriter {
  const hide = hiderOf(hidden);
  if (hide === undefined) return open;
  return (...args) => {
    try {
      return guard(open(...args), hide, {});
    } catch (error) {
      throw hideInError(error, hide);
    }
  };
}

type Hide = (text: string) => string;

/** undefined when there is nothing to hide. */
export function hiderOf(hidden: readonly HiddenText[] = []): Hide | undefined {
  const texts = hidden
    .filter(({ value }) => value.length >= HIDDEN_LENGTH_MIN)
    .toSorted((left, right) => right.value.length - left.value.length);
  if (texts.length === 0) return undefined;
  // One pass, the longest first: what is shown in place of one text is not searched for another.
  const any = new RegExp(
    texts.map(({ value }) => value.replaceAll(/[$()*+./?[\\\]^{|}]/g, "\\$&")).join("|"),
    "g",
  );
  const shownOf = new Map(texts.toReversed().map(({ value, shown }) => [value, shown]));
  return (text) => {
    const whole = text.replaceAll(any, (value) => shownOf.get(value) ?? value);
    return whole.replaceAll(/"([^"]+)"/g, (quoted, part: string) => {
      const of = texts.find(({ value }) => value.includes(part));
      return of === undefined ? quoted : `"${of.shown}"`;
    });
  };
}

/** The same error when it says nothing that is hidden. */
function hideInError(error: unknown, hide: Hide): unknown {
  const told = serializeError(error);
  const hidden = { ...told, details: hideMembers(told.details, hide), causes: told.causes.map(hide) };
  return JSON.stringify(hidden) === JSON.stringify(told) ? error : deserializeError(hidden);
}

function hideMembers<T extends object>(value: T, hide: Hide): T {
  const members = Object.entries(value).map(([name, member]: [string, unknown]) => [
    name,
    typeof member === "string" ? hide(member) : member,
  ]);
  return Object.fromEntries(members) as T;
}

/** What the methods of `port` throw is made safe; those of `instead` stand for its own. */
function guard<T extends object>(port: T, hide: Hide, instead: Partial<T>): T {
  return new Proxy(port, {
    get: (target, name) => {
      const own: unknown = Reflect.get(instead, name);
      const method: unknown = own ?? Reflect.get(target, name, target);
      if (typeof method !== "function") return method;
      return (...args: unknown[]): unknown => guardCall(() => Reflect.apply(method, target, args), hide);
    },
  });
}

function guardCall(call: () => unknown, hide: Hide): unknown {
  try {
    const result = call();
    if (result instanceof Promise)
      return result.catch((error: unknown) => {
        throw hideInError(error, hide);
      });
    return isAsyncIterable(result) ? guardIteration(result, hide) : result;
  } catch (error) {
    throw hideInError(error, hide);
  }
}

async function* guardIteration(values: AsyncIterable<unknown>, hide: Hide): AsyncGenerator {
  try {
    yield* values;
  } catch (error) {
    throw hideInError(error, hide);
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
