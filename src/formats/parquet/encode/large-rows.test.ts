/** Row groups of large rows: where they end is a matter of the rows alone, and their buffers go when they are written. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ColumnBatch, Field } from "../../../columns/column-batch.ts";
import { ParquetWriter } from "./file-writer.ts";

const LIMIT = 16_000;
const FIELD: Field = { name: "v", type: { kind: "bytes" }, nullable: true };

function batchOf(lengths: readonly number[]): ColumnBatch {
  const offsets = Int32Array.from([0, ...lengths]);
  for (let row = 1; row < offsets.length; row += 1)
    offsets[row] = (offsets[row] ?? 0) + (offsets[row - 1] ?? 0);
  const bytes = new Uint8Array(offsets.at(-1) ?? 0).fill(65);
  const rowCount = lengths.length;
  const type = FIELD.type;
  const column = { type, layout: "varlen", rowCount, offsets, bytes, validity: null, nullCount: 0 } as const;
  return { fields: [FIELD], columns: [column], rowCount };
}

/** Bytes of the file, and raw bytes handed out at each row: a row group is written when they grow. */
function write(batches: readonly ColumnBatch[], rowGroupBytes = LIMIT): { file: Buffer; grown: boolean[] } {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const writer = new ParquetWriter({ fields: [FIELD], compression: "none", rowGroupBytes }, (chunk) => {
    chunks.push(new Uint8Array(chunk));
    bytes += chunk.length;
  });
  const grown = batches.map((batch) => {
    const before = bytes;
    writer.write(batch);
    return bytes > before;
  });
  writer.finish();
  return { file: Buffer.concat(chunks), grown };
}

const rowByRow = (lengths: readonly number[]): ColumnBatch[] => lengths.map((length) => batchOf([length]));

test("a large row that would overshoot begins the next row group; one that fills half of it ends it", () => {
  expect(write(rowByRow([900, 5000, 900, 12_000, 900])).grown).toEqual([false, false, false, true, false]);
  expect(write(rowByRow([900, 8000, 900])).grown).toEqual([false, true, false]);
  expect(write(rowByRow([900, 20_000, 900])).grown).toEqual([false, true, false]);
});

test("small rows fill row groups as ever: the row that reaches the limit is the last", () => {
  const lengths = Array.from({ length: 40 }, () => 900);
  const ends = write(rowByRow(lengths)).grown.flatMap((grew, row) => (grew ? [row + 1] : []));
  const perGroup = Math.ceil(LIMIT / 904);
  expect(ends).toEqual([perGroup, perGroup * 2]);
});

test("the file does not depend on how rows of any size came in batches", () => {
  const length = fc.oneof(fc.nat(50), fc.nat(2000), fc.nat(20_000));
  const plan = fc.array(fc.array(length, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(plan, (batches) => {
      const { file } = write(batches.map(batchOf));
      expect(write([batchOf(batches.flat())]).file.equals(file)).toBe(true);
      expect(write(rowByRow(batches.flat())).file.equals(file)).toBe(true);
    }),
  );
});

test("rows of 15 MB leave no memory behind", () => {
  const before = process.memoryUsage().arrayBuffers;
  const writer = new ParquetWriter({ fields: [FIELD], compression: "zstd" }, () => undefined);
  const batch = batchOf([15_000_000]);
  for (let row = 0; row < 8; row += 1) writer.write(batch);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(15_000_000 + (8 << 20));
  writer.finish();
});
