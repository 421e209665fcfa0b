/**
 * Smallest and largest of variable-length values in unsigned byte order, cut to 64 bytes: the lower bound is a prefix,
 * the upper bound a prefix made larger. Cut text stays valid UTF-8 (whole characters, the last one raised); what
 * cannot be raised, or was no UTF-8, has no bound.
 */
import { type Bound, type Bounds, NO_BOUNDS } from "./statistics.ts";
import type { VarlenDictionary } from "./varlen-dictionary.ts";
import type { VarlenValueBuffer } from "./varlen-values.ts";

export const BOUND_BYTES_MAX = 64;

/** A value as a stretch of the column's bytes. */
interface Span {
  position: number;
  length: number;
}

/** Bounds of all values of a chunk; `dictionary` holds each of them once, when there is one. */
export function varlenBounds(
  values: VarlenValueBuffer,
  dictionary: VarlenDictionary | undefined,
  isText: boolean,
): Bounds {
  if (values.valueCount === 0) return NO_BOUNDS;
  const { least, most } = dictionary === undefined ? ofValues(values) : ofEntries(values, dictionary);
  return {
    min: lowerBound(bytesAt(values, least), isText),
    max: upperBound(bytesAt(values, most), isText),
  };
}

export function lowerBound(value: Uint8Array, isText: boolean): Bound | undefined {
  if (value.length <= BOUND_BYTES_MAX) return { bytes: new Uint8Array(value), exact: true };
  const prefix = prefixOf(value, isText);
  return prefix === undefined ? undefined : { bytes: prefix, exact: false };
}

export function upperBound(value: Uint8Array, isText: boolean): Bound | undefined {
  if (value.length <= BOUND_BYTES_MAX) return { bytes: new Uint8Array(value), exact: true };
  const prefix = prefixOf(value, isText);
  if (prefix === undefined) return undefined;
  const raised = isText ? raiseText(prefix) : raiseBytes(prefix);
  return raised === undefined ? undefined : { bytes: raised, exact: false };
}

function ofValues(values: VarlenValueBuffer): { least: Span; most: Span } {
  const { lengths, view, valueCount } = values;
  const least: Span = { position: 0, length: lengths[0] ?? 0 };
  const most: Span = { ...least };
  let leastHead = headOf(view, 0, least.length);
  let mostHead = leastHead;
  let position = least.length;
  for (let index = 1; index < valueCount; index += 1) {
    const length = lengths[index] ?? 0;
    const head = headOf(view, position, length);
    if (head < leastHead || (head === leastHead && isBefore(view, { position, length }, least))) {
      least.position = position;
      least.length = length;
      leastHead = head;
    } else if (head > mostHead || (head === mostHead && isBefore(view, most, { position, length }))) {
      most.position = position;
      most.length = length;
      mostHead = head;
    }
    position += length;
  }
  return { least, most };
}

function ofEntries(values: VarlenValueBuffer, dictionary: VarlenDictionary): { least: Span; most: Span } {
  const spanOf = (entry: number): Span => ({
    position: dictionary.positionOf(entry),
    length: dictionary.lengthOf(entry),
  });
  let least = spanOf(0);
  let most = least;
  for (let entry = 1; entry < dictionary.entryCount; entry += 1) {
    const span = spanOf(entry);
    if (isBefore(values.view, span, least)) least = span;
    else if (isBefore(values.view, most, span)) most = span;
  }
  return { least, most };
}

/** The first four bytes as a number in their order; shorter values are filled with zeros, which sort first. */
function headOf(view: DataView, position: number, length: number): number {
  if (length >= 4) return view.getUint32(position, false);
  let head = 0;
  for (let index = 0; index < length; index += 1) head |= view.getUint8(position + index) << (24 - index * 8);
  return head >>> 0;
}

function isBefore(view: DataView, left: Span, right: Span): boolean {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = view.getUint8(left.position + index) - view.getUint8(right.position + index);
    if (difference !== 0) return difference < 0;
  }
  return left.length < right.length;
}

function bytesAt(values: VarlenValueBuffer, { position, length }: Span): Uint8Array {
  return values.bytes.subarray(position, position + length);
}

/** At most 64 bytes of `value`; of text whole characters, undefined where it is not UTF-8. */
function prefixOf(value: Uint8Array, isText: boolean): Uint8Array | undefined {
  if (!isText) return new Uint8Array(value.subarray(0, BOUND_BYTES_MAX));
  let end = BOUND_BYTES_MAX;
  while (end > 0 && ((value[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  const prefix = new Uint8Array(value.subarray(0, end));
  return isUtf8(prefix) ? prefix : undefined;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return bytes.length > 0;
  } catch {
    return false;
  }
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf8 = new TextEncoder();

/** The shortest value above every value that begins with `prefix`. */
function raiseBytes(prefix: Uint8Array): Uint8Array | undefined {
  let last = prefix.length - 1;
  while (last >= 0 && prefix[last] === 0xff) last -= 1;
  if (last < 0) return undefined;
  const raised = prefix.slice(0, last + 1);
  raised[last] = (raised[last] ?? 0) + 1;
  return raised;
}

/** The same in whole characters: the last one that is not U+10FFFF becomes its successor. */
function raiseText(prefix: Uint8Array): Uint8Array | undefined {
  const characters = Array.from(strictUtf8.decode(prefix));
  while (characters.length > 0) {
    const code = characters.pop()?.codePointAt(0) ?? 0;
    if (code === 0x10ffff) continue;
    const next = code === 0xd7ff ? 0xe000 : code + 1;
    return utf8.encode(characters.join("") + String.fromCodePoint(next));
  }
  return undefined;
}
