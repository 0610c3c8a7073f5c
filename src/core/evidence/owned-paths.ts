/** Paths that a message names before it counts the rest. */
const NAMED_MAX = 5;

/** The paths that are the product's: neither owned files nor inside owned folders. */
export const productPaths = (paths: readonly string[], ownedPaths: readonly string[]): readonly string[] => {
  const owned = new Set(ownedPaths.map((path) => path.replace(/\/+$/, "")));
  return paths.filter((path) => !isWithin(path, owned));
};

/** Asks for the path and each folder above it: a sprint may own thousands of files. */
const isWithin = (path: string, owned: ReadonlySet<string>): boolean => {
  if (owned.has(path)) return true;
  for (let at = path.lastIndexOf("/"); at >= 0; at = path.lastIndexOf("/", at - 1)) {
    if (owned.has(path.slice(0, at))) return true;
    if (at === 0) return false;
  }
  return false;
};

/** Names some paths and counts the others, e.g. `a.ts, b.ts and 3 more`. */
export const namePaths = (paths: readonly string[]): string => {
  const left = paths.length - NAMED_MAX;
  return paths.slice(0, NAMED_MAX).join(", ") + (left > 0 ? ` and ${left} more` : "");
};
