/**
 * Finds the word somebody meant: nearest by optimal string alignment distance (insert, drop, replace a letter, swap two
 * neighbours), ignoring case. A third of the word's letters may differ, at least one; beyond that a guess only annoys.
 */

/** `, did you mean 'x'?`, or nothing when no candidate is near. The first candidate wins a tie. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  let nearest: string | undefined;
  let nearestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= nearestDistance) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance >= nearestDistance) continue;
    nearest = candidate;
    nearestDistance = distance;
  }
  return nearest === undefined ? "" : `, did you mean '${nearest}'?`;
}

/** O(left × right) with three rows of memory. */
function editDistance(left: string, right: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      current.push(cell({ left, right, row, column, older, previous, current }));
    }
    older = previous;
    previous = current;
  }
  return previous[right.length] ?? 0;
}

interface Place {
  readonly left: string;
  readonly right: string;
  readonly row: number;
  readonly column: number;
  readonly older: readonly number[];
  readonly previous: readonly number[];
  readonly current: readonly number[];
}

function cell({ left, right, row, column, older, previous, current }: Place): number {
  const cost = left[row - 1] === right[column - 1] ? 0 : 1;
  const oneStep = Math.min(
    at(previous, column) + 1,
    at(current, column - 1) + 1,
    at(previous, column - 1) + cost,
  );
  const swapped =
    row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
  return swapped ? Math.min(oneStep, at(older, column - 2) + 1) : oneStep;
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
