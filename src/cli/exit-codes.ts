/** Exit codes of the command line (`docs/errors.md`), and which one wins when several pipelines end differently. */
export const EXIT_OK = 0;
export const EXIT_USAGE = 1;
export const EXIT_TRANSIENT = 2;
export const EXIT_INTEGRITY = 3;
export const EXIT_PARTIAL = 6;
export const EXIT_INTERRUPTED = 130;
/** 128 + SIGPIPE */
export const EXIT_CLOSED_PIPE = 141;
export const EXIT_TERMINATED = 143;

/** Worst first. */
const SEVERITY: readonly number[] = [
  EXIT_TERMINATED,
  EXIT_INTERRUPTED,
  EXIT_INTEGRITY,
  4,
  EXIT_USAGE,
  EXIT_TRANSIENT,
  5,
  EXIT_PARTIAL,
  EXIT_OK,
];

export function worstExit(codes: readonly number[]): number {
  return SEVERITY.find((code) => codes.includes(code)) ?? EXIT_OK;
}
