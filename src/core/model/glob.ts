/** Most alternatives that the braces of one pattern may stand for; a pattern with more matches nothing further. */
const ALTERNATIVES_MAX = 256;

/**
 * Whether a path (relative, with `/`) matches a pattern: `*` and `?` within a segment, `**` for any number of
 * segments, `{a,b}` for alternatives. Everything else stands for itself, brackets too, because folders named `[id]`
 * are common. Files that start with a dot match like all others. Takes time proportional to pattern × path.
 */
export const matchesGlob = (path: string, pattern: string): boolean =>
  alternatives(pattern).some((one) => matchesSegments(segmentsOf(path), segmentsOf(one)));

/** Whether a pattern names the path or a folder that the path is in: `src`, `src/` and `src/**` all cover `src/a.ts`. */
export const coversPath = (pattern: string, path: string): boolean =>
  matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`);

const segmentsOf = (path: string): string[] => path.split("/").filter((part) => part !== "" && part !== ".");

const alternatives = (pattern: string): string[] => {
  let open = [pattern];
  const closed: string[] = [];
  while (open.length > 0 && open.length + closed.length <= ALTERNATIVES_MAX) {
    const expanded: string[] = [];
    for (const one of open) {
      // The innermost braces first, so that nested ones need no parser.
      const braces = /\{([^{}]*,[^{}]*)\}/.exec(one);
      if (braces === null) closed.push(one);
      else {
        const [before, after] = [one.slice(0, braces.index), one.slice(braces.index + braces[0].length)];
        expanded.push(...(braces[1] ?? "").split(",").map((choice) => before + choice + after));
      }
    }
    open = expanded;
  }
  return closed;
};

/** Matches greedily and comes back to the last `**` only, which is enough and keeps the time bounded. */
const matchesSegments = (path: readonly string[], pattern: readonly string[]): boolean =>
  matchesWithStars(
    path.length,
    pattern.length,
    (p) => pattern[p] === "**",
    (i, p) => matchesSegment(path[i] ?? "", pattern[p] ?? ""),
  );

const matchesSegment = (segment: string, pattern: string): boolean =>
  matchesWithStars(
    segment.length,
    pattern.length,
    (p) => pattern[p] === "*",
    (i, p) => pattern[p] === "?" || pattern[p] === segment[i],
  );

const matchesWithStars = (
  length: number,
  patternLength: number,
  isStar: (p: number) => boolean,
  fits: (i: number, p: number) => boolean,
): boolean => {
  let [i, p, star, resumeAt] = [0, 0, -1, 0];
  while (i < length) {
    if (p < patternLength && isStar(p)) {
      star = p++;
      resumeAt = i;
    } else if (p < patternLength && fits(i, p)) {
      i += 1;
      p += 1;
    } else if (star >= 0) {
      p = star + 1;
      i = ++resumeAt;
    } else return false;
  }
  while (p < patternLength && isStar(p)) p += 1;
  return p === patternLength;
};
