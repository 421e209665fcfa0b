/** LZ4 block format, decompressed into a given buffer (lz4, lz4_Block_format.md). */
import { pageFault } from "./page-fault.ts";

/** Decompresses `input` to exactly `output.length` bytes, or throws. */
export function lz4Decompress(input: Uint8Array, output: Uint8Array): void {
  let at = 0;
  let to = 0;
  while (at < input.length) {
    const token = input[at++] ?? 0;
    let literals = token >> 4;
    if (literals === 15) {
      const length = extendedLength(input, at);
      literals += length.value;
      at = length.at;
    }
    if (literals > input.length - at || literals > output.length - to)
      throw pageFault("lz4: a literal runs over");
    output.set(input.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at >= input.length) break;
    const offset = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8);
    at += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      const extended = extendedLength(input, at);
      length += extended.value;
      at = extended.at;
    }
    if (offset === 0 || offset > to || length > output.length - to) throw pageFault("lz4: a copy runs over");
    for (let index = 0; index < length; index += 1) output[to + index] = output[to + index - offset] ?? 0;
    to += length;
  }
  if (to !== output.length) throw pageFault("lz4: ends early");
}

function extendedLength(input: Uint8Array, start: number): { readonly value: number; readonly at: number } {
  let at = start;
  let value = 0;
  for (;;) {
    if (at >= input.length) throw pageFault("lz4: ends within a length");
    const byte = input[at++] ?? 0;
    value += byte;
    if (byte < 255) return { value, at };
  }
}
