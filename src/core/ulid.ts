/**
 * ULIDs: 26 characters of Crockford's base 32, 48 bits of epoch milliseconds and 80 of randomness, sorting by time as
 * text. One source never repeats nor goes back, whatever its clock does (see `monotonic-stamp.ts`).
 */
import type { Clock } from "./clock.ts";
import { createMonotonicStamp } from "./monotonic-stamp.ts";
import type { Random } from "./random.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_CHARS = 10;
const FIVE_BITS = 32;
const PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

export function createUlidSource(clock: Clock, random: Random): () => string {
  const nextStamp = createMonotonicStamp(clock, random, 0xff);
  return () => {
    const { ms, tail } = nextStamp();
    return encodeTime(ms) + encodeTail(tail);
  };
}

/** Upper case only, as Tidemark writes them. */
export function isUlid(text: string): boolean {
  return PATTERN.test(text);
}

/** Epoch milliseconds in a ULID's first ten characters. */
export function ulidTimeMs(ulid: string): number {
  let ms = 0;
  for (const char of ulid.slice(0, TIME_CHARS)) ms = ms * FIVE_BITS + ALPHABET.indexOf(char);
  return ms;
}

function encodeTime(ms: number): string {
  let text = "";
  let rest = ms;
  for (let place = 0; place < TIME_CHARS; place += 1) {
    text = ALPHABET.charAt(rest % FIVE_BITS) + text;
    rest = Math.floor(rest / FIVE_BITS);
  }
  return text;
}

/** Eighty bits are sixteen characters: eight for each five bytes. */
function encodeTail(tail: Uint8Array): string {
  let text = "";
  let held = 0;
  let heldBits = 0;
  for (const byte of tail) {
    held = (held << 8) | byte;
    heldBits += 8;
    while (heldBits >= 5) {
      heldBits -= 5;
      text += ALPHABET.charAt((held >> heldBits) & 31);
    }
    held &= (1 << heldBits) - 1;
  }
  return text;
}
