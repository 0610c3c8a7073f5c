/** What git may do where an agent only looks. */
export const LOOKING_GIT: readonly string[] = [
  ...["diff", "log", "show", "status", "blame", "ls-files", "rev-parse", "merge-base"],
];

/** What git may do besides for an agent that writes (product.md, Permissions). */
export const WRITING_GIT: readonly string[] = ["add", "commit"];
