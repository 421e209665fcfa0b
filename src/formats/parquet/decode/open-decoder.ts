/** Which decoder reads a data page, by the column's physical type and the page's encoding. */
import { DeltaDecoder } from "./delta-decoder.ts";
import {
  DeltaFixedDecoder,
  denseValues,
  type DenseValues,
  DictionaryFixedDecoder,
  type FixedDecoder,
  PlainBoolDecoder,
  PlainFixedDecoder,
  RunBoolDecoder,
  SplitFixedDecoder,
} from "./fixed-decoders.ts";
import { HybridDecoder } from "./hybrid-decoder.ts";
import type { DataPage, DictionaryPage } from "./open-page.ts";
import { pageFault, pageUnsupported } from "./page-fault.ts";
import type { ParquetColumn } from "./parquet-column.ts";
import {
  DenseVarlen,
  DictionaryVarlenDecoder,
  LengthsVarlenDecoder,
  PlainVarlenDecoder,
  PrefixVarlenDecoder,
  readLengths,
  type VarlenDecoder,
  type VarlenDictionary,
} from "./varlen-decoders.ts";

const PLAIN = 0;
const PLAIN_DICTIONARY = 2;
const RLE = 3;
const DELTA_BINARY_PACKED = 5;
const DELTA_LENGTH_BYTE_ARRAY = 6;
const DELTA_BYTE_ARRAY = 7;
const RLE_DICTIONARY = 8;
const BYTE_STREAM_SPLIT = 9;

export interface FixedDictionary {
  readonly values: DenseValues;
  readonly count: number;
}

export function fixedDictionary({ physical, width }: ParquetColumn, page: DictionaryPage): FixedDictionary {
  const { valueCount, bytes } = page;
  if (physical === "BOOLEAN") throw pageFault("a dictionary of bools");
  if (valueCount < 0 || valueCount * width > bytes.length)
    throw pageFault("a dictionary that is shorter than its header says");
  const values = denseValues(width, valueCount);
  values.bytes.set(bytes.subarray(0, valueCount * width));
  return { values, count: valueCount };
}

export function openFixedDecoder(
  column: ParquetColumn,
  page: DataPage,
  dictionary: FixedDictionary | null,
): FixedDecoder {
  const { bytes, start, encoding } = page;
  const end = bytes.length;
  const { physical, width } = column;
  const isInt = physical === "INT32" || physical === "INT64";
  switch (encoding) {
    case PLAIN:
      return physical === "BOOLEAN"
        ? new PlainBoolDecoder(bytes, start, end)
        : new PlainFixedDecoder(bytes, start, end);
    case PLAIN_DICTIONARY:
    case RLE_DICTIONARY:
      return dictionary === null
        ? new DictionaryFixedDecoder(indexesOf(page), denseValues(width, 0), 0)
        : new DictionaryFixedDecoder(indexesOf(page), dictionary.values, dictionary.count);
    case RLE:
      if (physical === "BOOLEAN") return new RunBoolDecoder(bytes, start, end);
      break;
    case DELTA_BINARY_PACKED:
      if (isInt) return new DeltaFixedDecoder(new DeltaDecoder(bytes, start, end));
      break;
    case DELTA_BYTE_ARRAY:
      if (physical === "FIXED_LEN_BYTE_ARRAY") return new PrefixFixedDecoder(openPrefixDecoder(page), width);
      break;
    case BYTE_STREAM_SPLIT:
      if (physical !== "BOOLEAN" && physical !== "INT96")
        return new SplitFixedDecoder(bytes, start, end, width);
      break;
    default:
  }
  throw pageUnsupported(`encoding ${encoding} of ${physical} is not supported`);
}

/** Writers leave the dictionary out where every value is null; then no index is ever read. */
const NO_DICTIONARY: VarlenDictionary = {
  offsets: new Int32Array(1),
  bytes: new Uint8Array(0),
  count: 0,
  longest: 0,
};

export function openVarlenDecoder(page: DataPage, dictionary: VarlenDictionary | null): VarlenDecoder {
  const { bytes, start, encoding } = page;
  switch (encoding) {
    case PLAIN:
      return new PlainVarlenDecoder(bytes, start, bytes.length);
    case PLAIN_DICTIONARY:
    case RLE_DICTIONARY:
      return new DictionaryVarlenDecoder(indexesOf(page), dictionary ?? NO_DICTIONARY);
    case DELTA_LENGTH_BYTE_ARRAY: {
      const deltas = new DeltaDecoder(bytes, start, bytes.length);
      const lengths = readLengths(deltas, bytes.length);
      return new LengthsVarlenDecoder(lengths, bytes, deltas.end, bytes.length);
    }
    case DELTA_BYTE_ARRAY:
      return openPrefixDecoder(page);
    default:
      throw pageUnsupported(`encoding ${encoding} of BYTE_ARRAY is not supported`);
  }
}

/** A page of nulls only may have no indexes at all, not even their width. */
function indexesOf({ bytes, start }: DataPage): HybridDecoder {
  return new HybridDecoder(bytes, start + 1, bytes.length, bytes[start] ?? 0);
}

function openPrefixDecoder({ bytes, start }: DataPage): PrefixVarlenDecoder {
  const prefixDeltas = new DeltaDecoder(bytes, start, bytes.length);
  const prefixes = readLengths(prefixDeltas, bytes.length);
  const suffixDeltas = new DeltaDecoder(bytes, prefixDeltas.end, bytes.length);
  const suffixes = readLengths(suffixDeltas, bytes.length);
  if (suffixes.length !== prefixes.length) throw pageFault("prefixes and suffixes differ in number");
  return new PrefixVarlenDecoder({ prefixes, suffixes }, bytes, suffixDeltas.end, bytes.length);
}

class PrefixFixedDecoder implements FixedDecoder {
  readonly #values: PrefixVarlenDecoder;
  readonly #width: number;

  constructor(values: PrefixVarlenDecoder, width: number) {
    this.#values = values;
    this.#width = width;
  }

  read(out: DenseValues, at: number, count: number): void {
    const dense = new DenseVarlen(count, Number.POSITIVE_INFINITY);
    this.#values.read(dense, count);
    for (let index = 0; index < count; index += 1)
      if ((dense.offsets[index + 1] ?? 0) - (dense.offsets[index] ?? 0) !== this.#width)
        throw pageFault("a value of another width than the column");
    out.bytes.set(dense.bytes.subarray(0, count * this.#width), at * this.#width);
  }
}
