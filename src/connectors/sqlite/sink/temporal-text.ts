/**
 * Dates and times as SQLite's own functions write and read them: `2024-02-29`, `12:30:00.5`, `2024-02-29 12:30:00`. UTC
 * timestamps carry no zone, which to SQLite means UTC; their column says TIMESTAMPTZ. A fraction stands only where it is
 * not zero, with all digits of the unit, so that text order is time order.
 */
import type { LogicalType } from "../../../columns/logical-type.ts";
import { renderDays } from "../../../columns/render-value.ts";

/** Days repeat within a table; beyond this many distinct ones the texts are forgotten and made again. */
const CACHED_DAYS_MAX = 50_000;
const dayTexts = new Map<number, string>();

export function dateText(days: number): string {
  const cached = dayTexts.get(days);
  if (cached !== undefined) return cached;
  if (dayTexts.size >= CACHED_DAYS_MAX) dayTexts.clear();
  const text = renderDays(days);
  dayTexts.set(days, text);
  return text;
}

const DIGITS = { ms: 3, us: 6, ns: 9 } as const;
const TWO_DIGITS: readonly string[] = Array.from({ length: 60 }, (_, value) =>
  String(value).padStart(2, "0"),
);

export class TimeTexts {
  readonly #isTimestamp: boolean;
  readonly #digits: number;
  readonly #perSecond: bigint;

  constructor(type: Extract<LogicalType, { kind: "time" | "timestamp" }>) {
    this.#isTimestamp = type.kind === "timestamp";
    this.#digits = DIGITS[type.unit];
    this.#perSecond = 10n ** BigInt(this.#digits);
  }

  of(count: bigint): string {
    const number = Number(count);
    const perSecond = Number(this.#perSecond);
    let seconds = Math.floor(number / perSecond);
    let fraction = number - seconds * perSecond;
    if (!Number.isSafeInteger(number)) {
      fraction = Number(((count % this.#perSecond) + this.#perSecond) % this.#perSecond);
      seconds = Number((count - BigInt(fraction)) / this.#perSecond);
    }
    const days = Math.floor(seconds / 86_400);
    const clock = clockText(seconds - days * 86_400);
    const tail = fraction === 0 ? clock : `${clock}.${String(fraction).padStart(this.#digits, "0")}`;
    return this.#isTimestamp ? `${dateText(days)} ${tail}` : tail;
  }
}

function clockText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = TWO_DIGITS[Math.floor(minutes / 60)] ?? "";
  return `${hours}:${TWO_DIGITS[minutes % 60] ?? ""}:${TWO_DIGITS[seconds % 60] ?? ""}`;
}
