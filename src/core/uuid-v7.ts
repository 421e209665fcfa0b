/**
 * UUIDs of version 7 (RFC 9562): 48 bits of epoch milliseconds, then 74 random bits around version and variant, sorting by
 * time as text. One source never repeats nor goes back, whatever its clock does (see `monotonic-stamp.ts`).
 */
import type { Clock } from "./clock.ts";
import { createMonotonicStamp } from "./monotonic-stamp.ts";
import type { Random } from "./random.ts";

/** The tail has 74 bits: two of its first byte, then nine bytes. */
const FIRST_BYTE_MASK = 0x03;
const PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function createUuidV7Source(clock: Clock, random: Random): () => string {
  const nextStamp = createMonotonicStamp(clock, random, FIRST_BYTE_MASK);
  return () => {
    const { ms, tail } = nextStamp();
    return encode(ms, tail);
  };
}

/** Lower case only, as Tidemark writes them. */
export function isUuidV7(text: string): boolean {
  return PATTERN.test(text);
}

/** Twelve bits of the tail stand before the variant, 62 after it. */
function encode(ms: number, tail: Uint8Array): string {
  const time = ms.toString(16).padStart(12, "0");
  const bits = BigInt(`0x${Buffer.from(tail).toString("hex")}`);
  const before = (bits >> 62n).toString(16).padStart(3, "0");
  const after = ((0b10n << 62n) | (bits & ((1n << 62n) - 1n))).toString(16);
  const parts = [time.slice(0, 8), time.slice(8), `7${before}`, after.slice(0, 4), after.slice(4)];
  return parts.join("-");
}
