/**
 * Numbers for people to read: `3,982,117`, `3.1 M`, `186 MB`, `6.4 s`. A unit follows a space; sizes are decimal (1 MB is
 * 1,000,000 bytes); a value is rounded to the digits somebody can use. Programs read the numbers themselves, from `--json`.
 */

/** Every digit, in groups of three: `1,234,567`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** Short: `950`, `612 k`, `3.1 M`, `12 G`. */
export function formatCountShort(count: number): string {
  return formatScaled(count, ["", " k", " M", " G", " T"]);
}

/** `512 B`, `186 MB`, `1.2 GB`. */
export function formatBytes(bytes: number): string {
  return formatScaled(bytes, [" B", " kB", " MB", " GB", " TB", " PB"]);
}

/** `850 ms`, `6.4 s`, `3 m 12 s`, `2 h 5 m`, `3 d 4 h`. */
export function formatDuration(durationMs: number): string {
  if (Math.round(durationMs) < 1_000) return `${Math.round(durationMs)} ms`;
  if (Math.round(durationMs / 100) < 100) return `${(durationMs / 1_000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return formatPair(seconds, [60, "m"], [1, "s"]);
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return formatPair(minutes, [60, "h"], [1, "m"]);
  return formatPair(Math.round(minutes / 60), [24, "d"], [1, "h"]);
}

type Unit = readonly [size: number, name: string];

function formatPair(amount: number, [large, largeName]: Unit, [, smallName]: Unit): string {
  const rest = amount % large;
  const whole = `${Math.floor(amount / large)} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}

/** Under ten of a unit one decimal is shown, from ten on none; what rounds up to 1000 moves to the next unit. */
function formatScaled(amount: number, suffixes: readonly string[]): string {
  let rest = amount;
  let step = 0;
  while (Math.round(rest) >= 1_000 && step < suffixes.length - 1) {
    rest /= 1_000;
    step += 1;
  }
  const decimals = step > 0 && Math.round(rest * 10) < 100 ? 1 : 0;
  return `${rest.toFixed(decimals)}${suffixes[step] ?? ""}`;
}
