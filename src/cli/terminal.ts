/** What the terminal can do: colour (NO_COLOR, not a terminal), width. Results go to stdout, everything else to stderr. */

export interface Terminal {
  readonly isInteractive: boolean;
  readonly columns: number;
  readonly style: Style;
  /** one line to stderr */
  say(line: string): void;
  /** raw text to stderr: for lines that are drawn again */
  draw(text: string): void;
}

export interface Style {
  ok(text: string): string;
  warn(text: string): string;
  fail(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

export function openTerminal(env: NodeJS.ProcessEnv): Terminal {
  const isInteractive = process.stderr.isTTY && env["TERM"] !== "dumb";
  const hasColour = isInteractive && (env["NO_COLOR"] ?? "") === "";
  return {
    isInteractive,
    get columns() {
      // A terminal that nobody told its size says 0.
      return process.stderr.columns > 0 ? process.stderr.columns : 80;
    },
    style: styleFor(hasColour),
    say: (line) => void process.stderr.write(`${line}\n`),
    draw: (text) => void process.stderr.write(text),
  };
}

/** Colours of stdout are decided apart: it may be piped while stderr is a terminal. */
export function stdoutStyle(env: NodeJS.ProcessEnv): Style {
  return styleFor(process.stdout.isTTY && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb");
}

function styleFor(hasColour: boolean): Style {
  const paint =
    (open: number, close: number) =>
    (text: string): string =>
      hasColour ? `\u001B[${open}m${text}\u001B[${close}m` : text;
  return {
    ok: paint(32, 39),
    warn: paint(33, 39),
    fail: paint(31, 39),
    dim: paint(2, 22),
    bold: paint(1, 22),
  };
}
