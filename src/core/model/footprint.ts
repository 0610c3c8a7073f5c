/**
 * Whether two footprints (files, folders or globs, relative to the project) may name a common file, so that their
 * stories must not be in flight together. Errs on the safe side: of a glob only what comes before its first wildcard
 * counts, letter case is ignored (some file systems do), and `.` or an empty entry is the whole project. An empty
 * footprint clashes with nothing. Symmetric.
 */
export const footprintsClash = (a: readonly string[], b: readonly string[]): boolean => {
  const others = b.map(areaOf);
  return a.some((entry) => {
    const area = areaOf(entry);
    return others.some((other) => areasMeet(area, other));
  });
};

/** What an entry can reach: a path with all that is in it, or everything whose name begins with `start`. */
interface Area {
  readonly start: string;
  readonly isGlob: boolean;
}

/** `[`, braces and extended globs count as wildcards, and so does a backslash, which may escape or separate. */
const WILDCARD = /[*?[{\\]|[!+@]\(|^!/;

const areaOf = (entry: string): Area => {
  const path = normalised(entry);
  const wildcard = path.search(WILDCARD);
  return wildcard < 0 ? { start: path, isGlob: false } : { start: path.slice(0, wildcard), isGlob: true };
};

const normalised = (entry: string): string => {
  const segments: string[] = [];
  for (const segment of entry.trim().normalize("NFC").toLowerCase().split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return segments.join("/");
};

const areasMeet = (a: Area, b: Area): boolean => reaches(a, b.start) || reaches(b, a.start);

const reaches = (area: Area, start: string): boolean =>
  area.start === "" || area.start === start || start.startsWith(area.isGlob ? area.start : `${area.start}/`);
