/**
 * Whether a repository path is one of `paths` or lies in one of them. Paths use `/` and are relative to the repository;
 * a folder may be written with or without its last `/`.
 */
export const isWithinPaths = (path: string, paths: readonly string[]): boolean =>
  paths.some((candidate) => {
    const folder = candidate.endsWith("/") ? candidate : `${candidate}/`;
    return `${path}/` === folder || path.startsWith(folder);
  });

/** Pathspecs for "everything but these", literal and from the top of the repository. */
export const everythingBut = (paths: readonly string[]): string[] => [
  ":(top)",
  ...paths.map((path) => `:(top,exclude,literal)${path.replace(/\/$/, "")}`),
];

/** Whether a path stays inside the folder it is relative to; refuses absolute ones, `..`, `.git` and empty segments. */
export const isSafeRelativePath = (path: string): boolean => {
  const segments = path.replace(/\/$/, "").split("/");
  return (
    !path.includes("\0") && segments.every((s) => s !== "" && s !== "." && s !== ".." && s.toLowerCase() !== ".git")
  );
};
