/** Snappy block format, decompressed into a given buffer (google/snappy, format_description.txt). */
import { pageFault } from "./page-fault.ts";

/** Decompresses `input` to exactly `output.length` bytes, or throws. */
export function snappyDecompress(input: Uint8Array, output: Uint8Array): void {
  let at = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = input[at++] ?? 0;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
    if (shift > 28) throw pageFault("snappy: bad length");
  }
  if (length !== output.length) throw pageFault("snappy: the length differs from the page header's");
  const to = decompressTags(input, at, output);
  if (to !== output.length) throw pageFault("snappy: ends early");
}

function decompressTags(input: Uint8Array, start: number, output: Uint8Array): number {
  const inputEnd = input.length;
  const outputEnd = output.length;
  let at = start;
  let to = 0;
  while (at < inputEnd) {
    const tag = input[at++] ?? 0;
    let length = (tag >> 2) + 1;
    let offset = 0;
    switch (tag & 3) {
      case 0: {
        if (length > 60) {
          const extra = length - 60;
          length = littleEndian(input, at, extra) + 1;
          at += extra;
        }
        if (length > outputEnd - to || length > inputEnd - at) throw pageFault("snappy: a literal runs over");
        if (length < 24)
          for (let index = 0; index < length; index += 1) output[to + index] = input[at + index] ?? 0;
        else output.set(input.subarray(at, at + length), to);
        at += length;
        to += length;
        continue;
      }
      case 1:
        length = ((tag >> 2) & 7) + 4;
        offset = ((tag >> 5) << 8) | (input[at++] ?? 0);
        break;
      case 2:
        offset = littleEndian(input, at, 2);
        at += 2;
        break;
      default:
        offset = littleEndian(input, at, 4);
        at += 4;
    }
    if (offset === 0 || offset > to || length > outputEnd - to) throw pageFault("snappy: a copy runs over");
    for (let index = 0; index < length; index += 1) output[to + index] = output[to + index - offset] ?? 0;
    to += length;
  }
  return to;
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let index = count - 1; index >= 0; index -= 1) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}
