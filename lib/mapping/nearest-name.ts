/** Which name was meant by one that nobody knows: for a suggestion, never for reading it. */

/** Two slips of a finger, or two letters that changed places. */
const EDITS_MAX = 2;

/** The known name that takes the fewest edits of a character, if it takes no more than two. */
export function findNearest(name: string, known: readonly string[]): string | undefined {
  const near = known
    // Also what keeps a long name from costing anything.
    .filter((candidate) => Math.abs(candidate.length - name.length) <= EDITS_MAX)
    .map((candidate) => ({ candidate, edits: countEdits(name, candidate) }))
    .filter(({ edits }) => edits <= EDITS_MAX);
  return near.toSorted((a, b) => a.edits - b.edits)[0]?.candidate;
}

/** Levenshtein's distance, row by row. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, character] of [...from].entries()) {
    let before = index;
    row = row.map((above, column) => {
      before = column === 0 ? index + 1 : Math.min(above + 1, before + 1, (row[column - 1] ?? 0) + (to[column - 1] === character ? 0 : 1));
      return before;
    });
  }
  return row.at(-1) ?? 0;
}
