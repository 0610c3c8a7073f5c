/** Paths that a message names before it counts the rest. */
const NAMED_MAX = 5;

/** The paths that are the product's: neither owned files nor inside owned folders. */
export const productPaths = (paths: readonly string[], ownedPaths: readonly string[]): readonly string[] => {
  const owned = ownedPaths.map((path) => path.replace(/\/+$/, ""));
  return paths.filter((path) => !owned.some((own) => path === own || path.startsWith(`${own}/`)));
};

/** Names some paths and counts the others, e.g. `a.ts, b.ts and 3 more`. */
export const namePaths = (paths: readonly string[]): string => {
  const left = paths.length - NAMED_MAX;
  return paths.slice(0, NAMED_MAX).join(", ") + (left > 0 ? ` and ${left} more` : "");
};
