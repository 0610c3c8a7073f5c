/** Longest word that is compared, in characters: the comparison is quadratic. */
const WORD_LENGTH_MAX = 120;

/** The candidate that a mistyped word most likely means, or undefined where none is close. */
export const nearestOf = (word: string, candidates: Iterable<string>): string | undefined => {
  const wanted = word.toLowerCase().slice(0, WORD_LENGTH_MAX);
  let nearest: string | undefined;
  let shortest = Math.max(2, Math.floor(wanted.length / 2)) + 1;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase().slice(0, WORD_LENGTH_MAX);
    const distance = other.startsWith(wanted) || wanted.startsWith(other) ? 0.5 : editDistance(wanted, other);
    if (distance >= shortest) continue;
    shortest = distance;
    nearest = candidate;
  }
  return nearest;
};

/** Levenshtein distance. */
const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};
