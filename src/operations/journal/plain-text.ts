/**
 * Text of the journal on its way to a terminal: file names, messages and statements may hold anything, so line ends
 * become spaces, control and bidirectional characters are spelled out, and what is long is cut.
 */
const SHOWN_MAX = 300;
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

export function plainText(text: string): string {
  const line = text
    .slice(0, SHOWN_MAX * 4)
    .replaceAll(/\s+/g, " ")
    .trim();
  const safe = spellControls(line);
  return safe.length <= SHOWN_MAX ? safe : `${safe.slice(0, SHOWN_MAX)}…`;
}

/** Of a line that is laid out already: nothing is cut, no space is touched. */
export function spellControls(line: string): string {
  return line.replaceAll(UNSAFE, spell);
}

function spell(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
