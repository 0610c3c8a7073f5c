/** Where Pantheon's versions put the sprint's artifacts (formats.md 4.1). */
const KNOWN_FOLDERS = [
  "_bmad-output/implementation-artifacts",
  "_bmad-output/sprint-artifacts",
  "docs/sprint-artifacts",
] as const;

/**
 * The folders that may hold a project's artifacts, relative to it, the likeliest first: `completions` below the folder
 * of the sprint's artifacts as configured, then below the three that Pantheon's prompts name.
 * @param configured such folders relative to the project, as BMAD's configuration or the place of the sprint file has them
 */
export const completionsFolders = (configured: readonly string[]): readonly string[] => [
  ...new Set(
    [...configured, ...KNOWN_FOLDERS].map((folder) => {
      const trimmed = folder.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
      return trimmed === "" || trimmed === "." ? "completions" : `${trimmed}/completions`;
    }),
  ),
];
