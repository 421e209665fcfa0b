/**
 * Large buffers lie outside JavaScript's heap. Dead ones pile up there between collections, and the allocator's heap
 * keeps and fragments what was freed; peak memory is then a multiple of what is in use. Two rules keep it near that:
 * whoever owns a large buffer gives it back at once, and buffers that grow large ask for room that the system maps on
 * its own: only what is touched is resident, and all of it goes when given back.
 */

/** Far above the buffer that Node cuts small Buffers from (`Buffer.poolSize`). */
const RELEASE_BYTES_MIN = 256 * 1024;

const LARGE_BYTES = 4 << 20;

/** glibc maps what is at least this large on its own (M_MMAP_THRESHOLD grows up to it). */
const MAPPED_BYTES = 32 << 20;

/**
 * Detaches the memory under `bytes`: every view of it is then empty. Only for its one owner. Small buffers are left
 * alone (they cost nothing, and Node shares one between many of them), and so is shared memory.
 */
export function releaseBytes(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= RELEASE_BYTES_MIN) buffer.transfer(0);
}

/** What to allocate where `neededBytes` are needed. */
export function roomFor(neededBytes: number): number {
  return neededBytes > LARGE_BYTES ? Math.max(neededBytes, MAPPED_BYTES) : neededBytes;
}

/** What to allocate for a buffer that grows: twice as much up to a point, then in steps. */
export function grownRoom(currentBytes: number, neededBytes: number): number {
  return roomFor(Math.max(neededBytes, currentBytes + Math.min(currentBytes, LARGE_BYTES)));
}
