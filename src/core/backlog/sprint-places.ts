/** Folders of a project where sprint files are, the usual ones first (formats.md 1.3). */
const FOLDERS: readonly string[] = [
  "_bmad-output/implementation-artifacts",
  "docs/sprint-artifacts",
  "docs",
  "docs/implementation-artifacts",
  "_bmad-output",
  "",
  "docs/stories",
  ".bmad",
  ".bmad-ephemeral",
  "bmad",
  "_bmad-output/planning-artifacts",
  "_bmad-output/project-planning-artifacts",
  "_bmad-output/implementation-artifacts/sprint-artifacts",
  "_bmad-output/sprint-artifacts",
  "docs/sprints",
  "docs/bmad/process",
  "_bmad-output/sprints",
  "artifacts/bmad/implementation-artifacts",
  "docs/.bmad",
  "archive",
];

/** Every path, relative to the project, that may be the sprint file, in order; the configured folders come first. */
export const sprintFilePlaces = (configured: readonly string[]): readonly string[] =>
  [...new Set([...configured, ...FOLDERS])].flatMap((folder) => {
    const prefix = folder === "" ? "" : `${folder}/`;
    return [`${prefix}sprint-status.yaml`, `${prefix}sprint-status.yml`];
  });
