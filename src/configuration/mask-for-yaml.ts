/**
 * Lets people write `{ path: ${LAKE} }` and `{ total: decimal(12,2) }`: within YAML's `{…}` and `[…]` the braces of a
 * variable and the comma of a type would end the value. Before parsing, their characters that mean something to YAML are
 * replaced one for one by Unicode noncharacters, so that lines and columns stay; every text the parser gives back is
 * unmasked.
 */
const SPECIAL = "{}[],:#";
const FIRST_MASK = 0xfdd0;
const MASKS = /[\ufdd0-\ufdd6]/g;
/** Variables within defaults of variables. */
const DEPTH_MAX = 12;
const VARIABLE = /\$\{[A-Za-z_][A-Za-z0-9_]*(?:(?::-|:\?)[^{}"'\n\r]*)?\}/g;

const TYPE_WITH_COMMA = /\b(?:decimal|timestamp)\( *\w+ *, *\w+ *\)/gi;

/** True when `text` holds a character the mask needs; no text for people does. */
export function holdsMasks(text: string): boolean {
  return text.search(MASKS) >= 0;
}

/** Masks innermost variables first, so that `${A:-${B}}` is masked whole. */
export function maskForYaml(text: string): string {
  let masked = text.replaceAll(TYPE_WITH_COMMA, maskOne);
  for (let depth = 0; depth < DEPTH_MAX; depth += 1) {
    const before = masked;
    masked = before.replaceAll(VARIABLE, maskOne);
    if (masked === before) break;
  }
  return masked;
}

export function unmask(text: string): string {
  return text.replaceAll(MASKS, (mask) => SPECIAL[mask.charCodeAt(0) - FIRST_MASK] ?? mask);
}

function maskOne(written: string): string {
  return Array.from(written)
    .map((character) => {
      const index = SPECIAL.indexOf(character);
      return index < 0 ? character : String.fromCharCode(FIRST_MASK + index);
    })
    .join("");
}
