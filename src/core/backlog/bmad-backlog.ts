import { dirname, join } from "node:path";
import { readStatus } from "../model/status.ts";
import type { Backlog } from "../model/story.ts";
import { UserError } from "../model/user-error.ts";
import { assembleStories, type StorySeed } from "./assemble-stories.ts";
import { type BmadFolders, folderInProject, readBmadFolders } from "./bmad-config.ts";
import { StoryFiles } from "./find-story-file.ts";
import { readBmadTexts } from "./read-bmad-texts.ts";
import { listMarkdown, readSprintBytes } from "./read-project.ts";
import { readStoryTexts } from "./read-stories.ts";
import { readSprintFile, type SprintEntry, type SprintFile } from "./sprint-file.ts";
import { sprintFilePlaces } from "./sprint-places.ts";
import { OtherShapeError } from "./sprint-trouble.ts";
import type { Edge } from "./story-dependencies.ts";
import type { StoryFileText } from "./story-file.ts";
import { StoryNames } from "./story-names.ts";
import { listed } from "./text.ts";
import { unknownDependencies } from "./unknown-dependencies.ts";

/**
 * Reads a BMAD backlog: the first sprint file in the order of formats.md 1.3, or `knownFile`, and the story files.
 * Undefined where there is none. Throws a UserError for a sprint file that is broken or has another schema.
 */
export const loadBmadBacklog = async (projectDirectory: string, knownFile?: string): Promise<Backlog | undefined> => {
  const folders = await readConfiguredFolders(projectDirectory);
  const found = await findSprintFile(
    projectDirectory,
    knownFile === undefined ? sprintFilePlaces(folders.sprint) : [knownFile],
  );
  if (found === undefined) return undefined;
  const { path, sprint } = found;
  const entries = sprint.entries.filter((entry) => entry.kind === "story");
  const files = await listMarkdown(projectDirectory, storyFolders(projectDirectory, path, sprint, folders));
  const finder = new StoryFiles(
    files,
    entries.map(({ key }) => key),
  );
  const notes = [...found.notes, ...outsideNotes(folders)];
  const seeds = entries.map((entry) => toSeed(entry, finder, dirname(path), notes));
  const { texts, problems } = await readStoryTexts(projectDirectory, seeds);
  const names = new StoryNames(entries);
  const declared = entries.flatMap((entry) => declaredEdges(entry, names, path, notes));
  notes.push(...problems, ...disagreementNotes(seeds, texts), ...unknownNotes(seeds, texts, names));
  return { source: "bmad", stories: assembleStories(seeds, texts, declared, names), sprintFile: path, notes };
};

/** Of stories that are still to be run: what a done one waited for is history. */
const unknownNotes = (
  seeds: readonly StorySeed[],
  texts: ReadonlyMap<string, StoryFileText>,
  names: StoryNames,
): readonly string[] =>
  seeds.flatMap(({ key, file, status }) => {
    const lines = texts.get(key)?.lines;
    const unknown = file === undefined || lines === undefined ? [] : unknownDependencies(key, file, lines, names);
    return unknown.length === 0 || status === "done"
      ? []
      : [`${key} depends on what fits no story of the backlog, or several: ${listed(unknown)}. Nothing waits for it.`];
  });

/** The error for a project without any backlog; `places` says where it was looked for. */
export const noBacklogError = async (projectDirectory: string): Promise<UserError> => {
  const { sprint } = await readConfiguredFolders(projectDirectory);
  const folders = [...new Set(sprintFilePlaces(sprint).map((place) => dirname(place)))];
  return new UserError(
    `No backlog found in ${projectDirectory}. Looked for stories in storyboard.yaml, and for sprint-status.yaml or .yml in: ${folders.join(", ")}.`,
    [
      "With BMAD: run sprint-planning, which writes sprint-status.yaml.",
      "Without: list the stories under `stories:` in storyboard.yaml.",
      "In another folder: start storyboard there.",
    ],
  );
};

const readConfiguredFolders = async (projectDirectory: string): Promise<BmadFolders> =>
  readBmadFolders(await readBmadTexts(projectDirectory), projectDirectory);

interface FoundSprintFile {
  readonly path: string;
  readonly sprint: SprintFile;
  readonly notes: readonly string[];
}

const findSprintFile = async (
  projectDirectory: string,
  places: readonly string[],
): Promise<FoundSprintFile | undefined> => {
  const notes: string[] = [];
  let found: { path: string; sprint: SprintFile } | undefined;
  let firstOther: OtherShapeError | undefined;
  const unused: string[] = [];
  for (const path of places) {
    const bytes = await readSprintBytes(projectDirectory, path).catch((error: unknown) => {
      // Behind the file that counts, one that cannot be read is merely another one.
      if (found === undefined) throw error;
      return new Uint8Array();
    });
    if (bytes === undefined) continue;
    if (found !== undefined) {
      unused.push(path);
      continue;
    }
    try {
      found = { path, sprint: readSprintFile(bytes, path) };
    } catch (error) {
      if (!(error instanceof OtherShapeError)) throw error;
      firstOther ??= error;
      notes.push(`Passed over: ${error.message}`);
    }
  }
  if (found === undefined && firstOther !== undefined) throw firstOther;
  if (found === undefined) return undefined;
  if (unused.length > 0) notes.push(`Several sprint files: ${found.path} is used, ${listed(unused)} not.`);
  return { ...found, notes };
};

const storyFolders = (
  projectDirectory: string,
  sprintPath: string,
  sprint: SprintFile,
  folders: BmadFolders,
): readonly string[] => {
  const own = dirname(sprintPath) === "." ? "" : dirname(sprintPath);
  const location =
    sprint.storyLocation === undefined ? undefined : folderInProject(sprint.storyLocation, projectDirectory);
  const beside = location === undefined || own === "" ? [] : [`${own}/${location}`];
  const located = location === undefined || location === "" ? [] : [location, ...beside];
  return [...new Set([own, own === "" ? "stories" : `${own}/stories`, ...located, ...folders.stories, "docs/stories"])];
};

const toSeed = (entry: SprintEntry, finder: StoryFiles, sprintFolder: string, notes: string[]): StorySeed => {
  const named = entry.storyFile === undefined ? undefined : folderInProject(join(sprintFolder, entry.storyFile), "");
  const { file, note } = finder.find({ ...entry, ...(named === undefined ? {} : { named }) });
  if (note !== undefined) notes.push(note);
  return {
    key: entry.key,
    ...(entry.title === undefined ? {} : { title: entry.title }),
    ...(entry.epic === undefined ? {} : { epic: entry.epic }),
    status: entry.status,
    rawStatus: entry.rawStatus,
    ...(file === undefined ? {} : { file }),
  };
};

const declaredEdges = (entry: SprintEntry, names: StoryNames, path: string, notes: string[]): readonly Edge[] =>
  entry.declared.flatMap(({ names: listedNames, line }) =>
    listedNames.flatMap((name) => {
      const on = names.resolve(name, entry.key);
      const where = `${path}:${line} ${JSON.stringify(name)}`;
      if (on === undefined)
        notes.push(`${where}: ${entry.key} depends on it, but it fits no story or several. Ignored.`);
      return on === undefined ? [] : [{ dependent: entry.key, on, source: { kind: "declared", where } }];
    }),
  );

const outsideNotes = (folders: BmadFolders): readonly string[] =>
  folders.outside.map(
    (folder) => `The BMAD configuration names ${JSON.stringify(folder)}, outside the project. Not used.`,
  );

/** One note for all stories whose file and sprint file differ; the sprint file counts (formats.md 7.1). */
const disagreementNotes = (
  seeds: readonly StorySeed[],
  texts: ReadonlyMap<string, StoryFileText>,
): readonly string[] => {
  const differing = seeds.flatMap(({ key, status, rawStatus }) => {
    const raw = texts.get(key)?.rawStatus;
    const isDifferent = raw !== undefined && readStatus(raw) !== "other" && readStatus(raw) !== status;
    return isDifferent ? [`${key} (${rawStatus}, in its file ${raw})`] : [];
  });
  return differing.length === 0
    ? []
    : [`The sprint file counts where a story file has another status: ${listed(differing)}.`];
};
