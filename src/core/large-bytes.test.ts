import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { grownRoom, releaseBytes, roomFor } from "./large-bytes.ts";

test("a large buffer is detached: all its views are empty", () => {
  const bytes = new Uint8Array(1 << 20);
  const view = bytes.subarray(10, 20);
  releaseBytes(view);
  expect(bytes.length).toBe(0);
  expect(view.length).toBe(0);
});

test("memory outside the heap is given back at once", () => {
  const before = process.memoryUsage().arrayBuffers;
  for (let round = 0; round < 20; round += 1) releaseBytes(new Uint8Array(16 << 20));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20);
});

test("buffers that Node shares between small Buffers stay whole", () => {
  const [first, second] = [Buffer.from("first"), Buffer.from("second")];
  releaseBytes(first);
  expect(first.toString()).toBe("first");
  expect(second.toString()).toBe("second");
  expect(Buffer.poolSize).toBeLessThan(256 * 1024);
});

test("releasing twice, or shared memory, does nothing", () => {
  const bytes = new Uint8Array(1 << 20);
  releaseBytes(bytes);
  releaseBytes(bytes);
  const shared = new Uint8Array(new SharedArrayBuffer(1 << 20));
  releaseBytes(shared);
  expect(shared.length).toBe(1 << 20);
});

test("rooms grow by doubling, then are as large as is mapped on its own, then grow in steps", () => {
  expect(grownRoom(4096, 5000)).toBe(8192);
  expect(grownRoom(4096, 100_000)).toBe(100_000);
  expect(grownRoom(4 << 20, 5 << 20)).toBe(32 << 20);
  expect(grownRoom(32 << 20, (32 << 20) + 1)).toBe(36 << 20);
  expect(roomFor(1000)).toBe(1000);
  expect(roomFor(15 << 20)).toBe(32 << 20);
});
