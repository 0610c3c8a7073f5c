/** Longest name that is compared, in characters; the work grows with its square. */
const NAME_LENGTH_MAX = 100;

/**
 * The known name that somebody probably meant, or undefined where none is near: at most a third of the letters may
 * differ (a swap of neighbours counts as one), or one name begins with the other.
 */
export const nearestName = (given: string, known: readonly string[]): string | undefined => {
  if (given.length > NAME_LENGTH_MAX) return undefined;
  const wanted = normal(given);
  let nearest: { name: string; distance: number } | undefined;
  for (const name of known) {
    const candidate = normal(name);
    const isBeginning = wanted.length >= 3 && (candidate.startsWith(wanted) || wanted.startsWith(candidate));
    const distance = isBeginning ? 1 : editDistance(wanted, candidate);
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
    if (distance <= allowed && distance < (nearest?.distance ?? Number.POSITIVE_INFINITY)) nearest = { name, distance };
  }
  return nearest?.name;
};

const normal = (name: string): string => name.toLowerCase().replaceAll(/[-_\s]/g, "");

/** Damerau-Levenshtein in its restricted form: insertions, deletions, replacements and swaps of neighbours. */
const editDistance = (a: string, b: string): number => {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(last, j) + 1,
        at(row, j - 1) + 1,
        at(last, j - 1) + (isSame ? 0 : 1),
        isSwap ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
};

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
