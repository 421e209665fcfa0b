/**
 * Everything found wrong with a configuration, so that people mend it in one go. Each problem is a TidemarkError of its
 * own; one alone is thrown as it is, several as CONFIG_PROBLEMS with a line for each, in the order of the files.
 */
import { TidemarkError } from "../core/errors.ts";

/** More would push the first ones off the screen. */
const SHOWN_MAX = 20;

export class Problems {
  readonly #found: TidemarkError[] = [];
  readonly #places = new Set<string>();

  /** Keeps the first problem of each `place`: what follows from a problem is not one of its own. */
  add(problem: TidemarkError, place: string): void {
    if (this.#places.has(place)) return;
    this.#places.add(place);
    this.#found.push(problem);
  }

  throwIfAny(): void {
    const sorted = sortByPlace(this.#found);
    const [first] = sorted;
    if (first === undefined) return;
    if (sorted.length === 1) throw first;
    const lines = sorted.slice(0, SHOWN_MAX).map((problem) => `  ${problem.message}`);
    if (sorted.length > SHOWN_MAX) lines.push(`  … and ${sorted.length - SHOWN_MAX} more`);
    throw new TidemarkError("CONFIG_PROBLEMS", {
      path: first.details["path"] ?? "",
      count: sorted.length,
      problems: lines.join("\n"),
    });
  }
}

function sortByPlace(problems: readonly TidemarkError[]): TidemarkError[] {
  const files = [...new Set(problems.map((problem) => problem.details["path"]))];
  const rank = (problem: TidemarkError): readonly number[] => [
    files.indexOf(problem.details["path"]),
    Number(problem.details["line"] ?? 0),
    Number(problem.details["column"] ?? 0),
  ];
  return problems.toSorted((a, b) => compareRanks(rank(a), rank(b)));
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((value, index) => value !== b[index]);
  return differing < 0 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0);
}
