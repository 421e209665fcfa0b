import { expect, test } from "vitest";
import { NullMask } from "../../../../columns/build/null-mask.ts";
import type { VarlenColumn } from "../../../../columns/column-batch.ts";
import { VarlenBuffer } from "./varlen-buffer.ts";

const MEGABYTE = 1 << 20;

/** A page of values, each copied or adopted. */
function page(buffer: VarlenBuffer, values: readonly Uint8Array[]): VarlenColumn {
  const nulls = new NullMask(values.length);
  buffer.start(values.length);
  buffer.offsets[0] = 0;
  let used = 0;
  for (const [row, value] of values.entries()) {
    if (!buffer.adopts(value, values.length)) {
      buffer.reserve(used, value.length);
      buffer.bytes.set(value, used);
    }
    used += value.length;
    buffer.offsets[row + 1] = used;
  }
  return buffer.build({ kind: "bytes" }, values.length, nulls);
}

test("the only, large value of a page is not copied; the next page is free of it", () => {
  const buffer = new VarlenBuffer();
  const large = new Uint8Array(MEGABYTE).fill(7);
  const column = page(buffer, [large]);
  expect(column.bytes.buffer).toBe(large.buffer);
  expect([...column.offsets]).toEqual([0, MEGABYTE]);
  const next = page(buffer, [Uint8Array.of(1, 2)]);
  expect([...next.bytes]).toEqual([1, 2]);
  expect(large.length).toBe(MEGABYTE);
});

test("several values of a page are copied, also while the buffer grows", () => {
  const buffer = new VarlenBuffer();
  const values = Array.from({ length: 40 }, (_, value) => new Uint8Array(MEGABYTE).fill(value));
  const column = page(buffer, values);
  expect(column.bytes.length).toBe(40 * MEGABYTE);
  expect(values.every((_, row) => column.bytes[(row + 1) * MEGABYTE - 1] === row)).toBe(true);
});

test("what a page of large values needed is given back once pages are small again", () => {
  const buffer = new VarlenBuffer();
  page(buffer, [new Uint8Array(5 * MEGABYTE), new Uint8Array(5 * MEGABYTE)]);
  const grown = buffer.bytes;
  page(buffer, [Uint8Array.of(1)]);
  page(buffer, [Uint8Array.of(1)]);
  expect(grown.length).toBe(0);
  expect(buffer.bytes.length).toBeLessThan(MEGABYTE);
});
